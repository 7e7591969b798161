"""tf.data from TFRecords of examples to batches for the networks."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from objects_that_sound.models import examples
from objects_that_sound.models.encoded_images import encoded_images, image_spec
from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.sound_codec import decode_sound
from objects_that_sound.models.training.workers import ALONE, Workers

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
    workers: Workers = ALONE,
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
        workers: that share the files, each with batches of its own, of `batch_size / count`. Where
            there are fewer files than workers, all read all of them and share the examples.

    Returns:
        Batches of `image` [batch, crop, crop, 3 * frames] uint8, `audio` [batch, samples] int16 and
        `group` [batch] int64. Taking one with an example that lacks its frames raises an
        InvalidArgumentError.

    Raises:
        FileNotFoundError: no file matches.
        ValueError: `batch_size` is no multiple of the workers.
    """
    batch_size = _own_size(batch_size, workers)
    records = _shuffled_records(
        file_patterns, shuffle_buffer, seed, first_batch * batch_size, workers
    )
    parsed_at_once = math.gcd(batch_size, _PARSED_AT_ONCE)
    first_part = first_batch * (batch_size // parsed_at_once)
    spec = _spec(config, file_patterns)
    chances = 3 if least_area == 1 else 5

    def parse(part: tf.Tensor, serialized: tf.Tensor) -> tuple[dict, tf.Tensor]:
        parsed = tf.io.parse_example(serialized, spec)
        # Workers number their parts alike, but draw differently.
        draw = tf.stack([seed, part * workers.count + workers.index])
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
    file_patterns: Sequence[str],
    config: NetworkConfig,
    batch_size: int,
    devices: int = 1,
    workers: Workers = ALONE,
) -> tf.data.Dataset:
    """One pass in a fixed order with centre crops; shapes and errors as `training_batches`.

    Examples of one video lie together in the files: they are shuffled once so that most pairs of a
    batch are of different videos. Batches are of one size that `devices` can share: `batch_size`, or
    as much less as leaves few examples over. Of each one, a worker gets its part (all of it, where
    there are fewer examples than devices).
    """
    count = count_examples(file_patterns)
    size = count // math.ceil(count / batch_size)
    size -= size % devices if size >= devices else 0
    own = size // workers.count if size >= devices else size
    records = _shuffled_records(file_patterns, count, seed=0).take(count // size * size)
    if own < size:
        records = (
            records.batch(size)
            .map(lambda batch: batch[workers.index * own : (workers.index + 1) * own])
            .unbatch()
        )
    spec = _spec(config, file_patterns)
    dataset = records.map(
        lambda record: _decode(tf.io.parse_single_example(record, spec), config, None),
        num_parallel_calls=tf.data.AUTOTUNE,
        deterministic=True,
    )
    dataset = dataset.batch(own, drop_remainder=True)
    # Who asks how many there are need not read all.
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(count // size))
    return _with_options(dataset.prefetch(tf.data.AUTOTUNE))


def video_ids(
    file_patterns: Sequence[str],
    batch_size: int,
    shuffle_buffer: int,
    seed: int,
    batch: int,
    workers: Workers = ALONE,
) -> list[str]:
    """`video/id` of the examples of one of `training_batches`, those of all workers together.

    Arguments are as there; the result is of `batch_size` ids.
    """
    own = _own_size(batch_size, workers)
    spec = {examples.VIDEO_ID: examples.EXAMPLE_SPEC[examples.VIDEO_ID]}
    names: list[str] = []
    for index in range(workers.count):
        one = Workers(workers.count, index)
        records = _shuffled_records(file_patterns, shuffle_buffer, seed, batch * own, one)
        [serialized] = records.batch(own).take(1)
        ids = tf.io.parse_example(serialized, spec)[examples.VIDEO_ID].numpy()
        names += [name.decode("utf-8", "surrogateescape") for name in ids]
    return names


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


def _spec(config: NetworkConfig, file_patterns: Sequence[str]) -> dict[str, object]:
    names = [examples.AUDIO, examples.VIDEO_GROUP]
    if _has_encoded_sound(file_patterns):
        names.append(examples.ENCODED_AUDIO)
    other = {name: examples.EXAMPLE_SPEC[name] for name in names}
    return image_spec(config.frames) | other


def _has_encoded_sound(file_patterns: Sequence[str]) -> bool:
    """Whether any folder has it: all files of one were ingested alike."""
    folders: dict[str, list[str]] = {}
    for file in example_files(file_patterns):
        folders.setdefault(os.path.dirname(file), []).append(file)
    spec = {examples.ENCODED_AUDIO: examples.EXAMPLE_SPEC[examples.ENCODED_AUDIO]}
    return any(
        len(tf.io.parse_single_example(record, spec)[examples.ENCODED_AUDIO].numpy()) > 0
        for files in folders.values()
        for record in _records(tf.constant(files)).take(1)
    )


def _shuffled_records(
    file_patterns: Sequence[str],
    shuffle_buffer: int,
    seed: int,
    first: int = 0,
    workers: Workers = ALONE,
) -> tf.data.Dataset:
    """Serialized examples without end, in another order in each pass, from number `first`.

    Of several workers each has files of its own, and its own count of passes.
    """
    paths = example_files(file_patterns)
    share = ALONE
    if len(paths) >= workers.count > 1:
        paths = own_files(paths, workers)
    else:
        share = workers
    files = tf.constant(paths)
    # Whole passes are skipped by counting, the rest by reading.
    passes, rest = 0, 0
    if first:
        count = count_examples(paths)
        passes, rest = divmod(first, len(range(share.index, count, share.count)))

    def one_pass(number: tf.Tensor) -> tf.data.Dataset:
        # `shuffle` mixes the global seed in, which for this graph alone is ours.
        tf.random.set_seed(seed + 1)
        order = tf.random.experimental.stateless_shuffle(files, tf.stack([seed, number]))
        records = _records(order)
        if share.count > 1:
            records = records.shard(share.count, share.index)
        return records.shuffle(shuffle_buffer, seed=number + 1, reshuffle_each_iteration=False)

    numbers = tf.data.Dataset.range(passes, tf.int64.max)
    return numbers.flat_map(one_pass).skip(rest)


def _own_size(batch_size: int, workers: Workers) -> int:
    if batch_size % workers.count:
        raise ValueError(
            f"batch_size {batch_size} must be a multiple of the {workers.count} workers"
        )
    return batch_size // workers.count


def own_files(files: Sequence[str], workers: Workers) -> list[str]:
    """Deals files to workers so that each has about as many bytes; gives those of this one."""
    sizes = {path: tf.io.gfile.stat(path).length for path in files}
    hands: list[list[str]] = [[] for _ in range(workers.count)]
    for path in sorted(files, key=lambda path: (-sizes[path], path)):
        min(hands, key=lambda hand: sum(sizes[one] for one in hand)).append(path)
    return sorted(hands[workers.index])


def _records(files: tf.Tensor) -> tf.data.Dataset:
    """Records of several files in turn."""
    compression = tf.cond(
        tf.strings.regex_full_match(files[0], r"(?s).*\.gz"), lambda: "GZIP", lambda: ""
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
    audio = _sound(parsed)  # [samples]
    return {
        "image": tf.ensure_shape(image, config.image_shape),
        "audio": tf.ensure_shape(audio, [config.sample_rate]),
        "group": tf.strings.to_hash_bucket_fast(parsed[examples.VIDEO_GROUP], 2**31 - 1),
    }


def _sound(parsed: dict) -> tf.Tensor:
    """Samples of one example, int16."""

    def samples() -> tf.Tensor:
        return tf.io.decode_raw(parsed[examples.AUDIO], tf.int16)

    if examples.ENCODED_AUDIO not in parsed:
        return samples()
    encoded = parsed[examples.ENCODED_AUDIO]
    return tf.cond(
        tf.equal(tf.strings.length(encoded), 0),
        samples,
        lambda: tf.ensure_shape(tf.numpy_function(decode_sound, [encoded], np.int16), [None]),
    )


def _sides(size: tf.Tensor, chance: tf.Tensor, least_area: float) -> tf.Tensor:
    """Height and width, int32 [2], of a crop of a share of the frame's greatest square."""
    area = least_area + (1 - least_area) * chance[3]
    form = tf.exp(math.log(_WIDEST) / 2 * (2 * chance[4] - 1))
    share = tf.minimum(tf.sqrt(area) * tf.stack([form, 1 / form]), 1)
    return tf.cast(tf.round(share * tf.cast(tf.reduce_min(size), tf.float32)), tf.int32)
