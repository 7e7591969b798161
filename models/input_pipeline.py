"""tf.data from TFRecords of examples to batches for the networks."""

from __future__ import annotations

import math
from collections.abc import Sequence

import tensorflow as tf

from objects_that_sound.models import examples
from objects_that_sound.models.encoded_images import encoded_images, image_spec
from objects_that_sound.models.network_config import NetworkConfig

_PARALLEL_READS = 4
_PARSED_AT_ONCE = 64
_WIDEST = 4 / 3  # sides of crops of many sizes


def training_batches(
    file_patterns: Sequence[str],
    config: NetworkConfig,
    batch_size: int,
    shuffle_buffer: int,
    seed: int,
    first_batch: int = 0,
    least_area: float = 1.0,
) -> tf.data.Dataset:
    """Endless shuffled batches with random crops and flips.

    "Look, Listen and Learn", section 3.1. Colour and loudness are varied inside the network, on the
    device.

    A batch is a function of files, seed and its number alone, so that a training can be resumed.

    Args:
        file_patterns: of TFRecord files of examples; gzipped where the name ends in `.gz`.
        config: sizes; see NetworkConfig.
        batch_size: examples a batch.
        shuffle_buffer: examples to shuffle over.
        seed: of order, crops and flips.
        first_batch: number of the first batch. If it is not 0, the records are counted, and those
            before it that belong to the same pass over the files are read, but not decoded.
        least_area: share of the stored frame that a crop has at least. Below 1, crops are of any
            larger share and of sides up to 4 : 3, and scaled to the crop's size (Szegedy et al.,
            "Going deeper with convolutions", section 6).

    Returns:
        Batches of `image` [batch, crop, crop, 3 * frames] uint8, `audio` [batch, samples] int16 and
        `group` [batch] int64. Taking one with an example that lacks its frames raises an
        InvalidArgumentError.

    Raises:
        FileNotFoundError: no file matches.
    """
    records = _shuffled_records(file_patterns, shuffle_buffer, seed, first_batch * batch_size)
    parsed_at_once = math.gcd(batch_size, _PARSED_AT_ONCE)
    first_part = first_batch * (batch_size // parsed_at_once)
    spec = _spec(config)
    chances = 3 if least_area == 1 else 5

    def parse(part: tf.Tensor, serialized: tf.Tensor) -> tuple[dict, tf.Tensor]:
        parsed = tf.io.parse_example(serialized, spec)
        draw = tf.stack([seed, part])
        # Top, left, flip, and for crops of many sizes area and form: each in 0..1.
        return parsed, tf.random.stateless_uniform([parsed_at_once, chances], draw)

    dataset = (
        records.batch(parsed_at_once, drop_remainder=True)  # parsing many at once is cheaper
        .enumerate(first_part)
        .map(parse, num_parallel_calls=1, deterministic=True)
        .unbatch()
        .map(
            lambda parsed, chance: _decode(parsed, config, chance, least_area),
            num_parallel_calls=tf.data.AUTOTUNE,
            deterministic=True,
        )
        .batch(batch_size, drop_remainder=True)
    )
    return _with_options(dataset.prefetch(tf.data.AUTOTUNE))


def evaluation_batches(
    file_patterns: Sequence[str], config: NetworkConfig, batch_size: int, devices: int = 1
) -> tf.data.Dataset:
    """One pass in a fixed order with centre crops; shapes and errors as `training_batches`.

    Examples of one video lie together in the files: they are shuffled once so that most pairs of a
    batch are of different videos. Batches are of one size that `devices` can share: `batch_size`, or
    as much less as leaves few examples over.
    """
    count = count_examples(file_patterns)
    records = _shuffled_records(file_patterns, count, seed=0).take(count)
    spec = _spec(config)
    dataset = records.map(
        lambda record: _decode(tf.io.parse_single_example(record, spec), config, None),
        num_parallel_calls=tf.data.AUTOTUNE,
        deterministic=True,
    )
    size = count // math.ceil(count / batch_size)
    size -= size % devices if size >= devices else 0
    dataset = dataset.batch(size, drop_remainder=True)
    # Who asks how many there are need not read all.
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(count // size))
    return _with_options(dataset.prefetch(tf.data.AUTOTUNE))


def video_ids(
    file_patterns: Sequence[str], batch_size: int, shuffle_buffer: int, seed: int, batch: int
) -> list[str]:
    """`video/id` of the examples of one of `training_batches`, [batch]; arguments as there."""
    records = _shuffled_records(file_patterns, shuffle_buffer, seed, batch * batch_size)
    spec = {examples.VIDEO_ID: examples.EXAMPLE_SPEC[examples.VIDEO_ID]}
    [serialized] = records.batch(batch_size).take(1)
    ids = tf.io.parse_example(serialized, spec)[examples.VIDEO_ID].numpy()
    return [name.decode("utf-8", "surrogateescape") for name in ids]


def count_examples(file_patterns: Sequence[str]) -> int:
    """How many records there are.

    Raises:
        FileNotFoundError: no file matches.
    """
    counted = _records(tf.constant(example_files(file_patterns))).batch(1024).map(tf.size)
    return int(counted.reduce(0, lambda count, size: count + size))


def count_groups(file_patterns: Sequence[str], at_most: int) -> int:
    """How many groups of videos the records are of; reads on only until there are `at_most`.

    Raises:
        FileNotFoundError: no file matches.
    """
    spec = {examples.VIDEO_GROUP: examples.EXAMPLE_SPEC[examples.VIDEO_GROUP]}
    groups: set[bytes] = set()
    for record in _records(tf.constant(example_files(file_patterns))):
        groups.add(tf.io.parse_single_example(record, spec)[examples.VIDEO_GROUP].numpy())
        if len(groups) >= at_most:
            break
    return len(groups)


def example_files(file_patterns: Sequence[str]) -> list[str]:
    """The files that match, in order.

    Raises:
        FileNotFoundError: there is none.
    """
    files = sorted(tf.io.gfile.glob(list(file_patterns)))
    if not files:
        raise FileNotFoundError(f"No TFRecord files match {list(file_patterns)}")
    return files


def _spec(config: NetworkConfig) -> dict[str, object]:
    other = {name: examples.EXAMPLE_SPEC[name] for name in (examples.AUDIO, examples.VIDEO_GROUP)}
    return image_spec(config.frames) | other


def _shuffled_records(
    file_patterns: Sequence[str], shuffle_buffer: int, seed: int, first: int = 0
) -> tf.data.Dataset:
    """Serialized examples without end, in another order in each pass, from number `first`."""
    files = tf.constant(example_files(file_patterns))
    # Whole passes are skipped by counting, the rest by reading.
    passes, rest = divmod(first, count_examples(file_patterns)) if first else (0, 0)

    def one_pass(number: tf.Tensor) -> tf.data.Dataset:
        # `shuffle` mixes the global seed in, which for this graph alone is ours.
        tf.random.set_seed(seed + 1)
        order = tf.random.experimental.stateless_shuffle(files, tf.stack([seed, number]))
        return _records(order).shuffle(
            shuffle_buffer, seed=number + 1, reshuffle_each_iteration=False
        )

    numbers = tf.data.Dataset.range(passes, tf.int64.max)
    return numbers.flat_map(one_pass).skip(rest)


def _records(files: tf.Tensor) -> tf.data.Dataset:
    """Records of several files in turn."""
    compression = tf.cond(
        tf.strings.regex_full_match(files[0], r".*\.gz"), lambda: "GZIP", lambda: ""
    )
    return tf.data.TFRecordDataset(
        files, compression, num_parallel_reads=min(_PARALLEL_READS, files.shape[0])
    )


def _with_options(dataset: tf.data.Dataset) -> tf.data.Dataset:
    options = tf.data.Options()
    options.deterministic = True
    # Decoding is parallel over examples; within one, threads only get in each other's way.
    options.threading.max_intra_op_parallelism = 1
    return dataset.with_options(options)


def _decode(
    parsed: dict, config: NetworkConfig, chance: tf.Tensor | None, least_area: float = 1.0
) -> dict:
    """Decodes one example; crop and flip by `chance` in 0..1 if it is there, else the centre.

    Both are the same for all of its frames.
    """
    encoded = encoded_images(parsed, config.frames)
    jpegs = [encoded] if config.frames == 1 else tf.unstack(encoded)
    crop = config.crop_size
    size = tf.io.extract_jpeg_shape(jpegs[0])[:2]  # height, width
    sides = tf.constant([crop, crop]) if least_area == 1 else _sides(size, chance, least_area)
    room = size - sides  # [2]: height, width left over
    if chance is None:
        offset = room // 2
    else:
        offset = tf.cast(chance[:2] * tf.cast(room + 1, tf.float32), tf.int32)
    window = tf.concat([offset, sides], 0)
    # Decodes the crop's blocks only.
    frames = [tf.io.decode_and_crop_jpeg(jpeg, window, channels=3) for jpeg in jpegs]
    image = tf.concat(frames, axis=-1)  # [height, width, 3 * frames]
    if least_area < 1:
        image = tf.cast(tf.round(tf.image.resize(image, [crop, crop])), tf.uint8)
    if chance is not None:
        image = tf.cond(chance[2] < 0.5, lambda: tf.reverse(image, [1]), lambda: image)
    audio = tf.io.decode_raw(parsed[examples.AUDIO], tf.int16)  # [samples]
    return {
        "image": tf.ensure_shape(image, config.image_shape),
        "audio": tf.ensure_shape(audio, [config.sample_rate]),
        "group": tf.strings.to_hash_bucket_fast(parsed[examples.VIDEO_GROUP], 2**31 - 1),
    }


def _sides(size: tf.Tensor, chance: tf.Tensor, least_area: float) -> tf.Tensor:
    """Height and width, int32 [2], of a crop of a share of the frame's greatest square."""
    area = least_area + (1 - least_area) * chance[3]
    form = tf.exp(math.log(_WIDEST) / 2 * (2 * chance[4] - 1))
    share = tf.minimum(tf.sqrt(area) * tf.stack([form, 1 / form]), 1)
    return tf.cast(tf.round(share * tf.cast(tf.reduce_min(size), tf.float32)), tf.int32)
