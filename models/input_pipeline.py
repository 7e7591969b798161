"""tf.data from TFRecords of examples to batches for the networks."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from models import examples
from models.network_config import NetworkConfig

_SPEC = {
    name: examples.EXAMPLE_SPEC[name]
    for name in (examples.IMAGE, examples.AUDIO, examples.VIDEO_GROUP)
}


def training_batches(
    file_patterns: Sequence[str],
    config: NetworkConfig,
    batch_size: int,
    shuffle_buffer: int,
    seed: int,
) -> tf.data.Dataset:
    """Endless shuffled batches with random crops and flips.

    "Look, Listen and Learn", section 3.1. Colour and loudness are varied inside the network, on the
    device.

    Args:
        file_patterns: of TFRecord files of examples; gzipped where the name ends in `.gz`.
        config: sizes; see NetworkConfig.
        batch_size: examples a batch.
        shuffle_buffer: examples to shuffle over.
        seed: of order, crops and flips.

    Returns:
        Batches of `image` [batch, crop, crop, 3] uint8, `audio` [batch, samples] int16 and `group`
        [batch] int64.

    Raises:
        FileNotFoundError: no file matches.
    """
    records = _records(file_patterns).shuffle(shuffle_buffer, seed=seed).repeat()
    seeds = tf.data.Dataset.random(seed=seed).batch(2)  # [2] an example
    dataset = tf.data.Dataset.zip(records, seeds).map(
        lambda record, crop_seed: _decode(record, config, crop_seed),
        num_parallel_calls=tf.data.AUTOTUNE,
        deterministic=True,
    )
    return dataset.batch(batch_size, drop_remainder=True).prefetch(tf.data.AUTOTUNE)


def evaluation_batches(
    file_patterns: Sequence[str], config: NetworkConfig, batch_size: int
) -> tf.data.Dataset:
    """One pass in a fixed order with centre crops; shapes and errors as `training_batches`.

    Examples of one video lie together in the files: they are shuffled once so that most pairs of a
    batch are of different videos. The last, smaller batch is dropped unless it is the only one.
    """
    records = _records(file_patterns)
    count = sum(1 for _ in records)
    dataset = records.shuffle(count, seed=0, reshuffle_each_iteration=False).map(
        lambda record: _decode(record, config, None), num_parallel_calls=tf.data.AUTOTUNE
    )
    batch_size = min(batch_size, count)
    dataset = dataset.batch(batch_size, drop_remainder=True)
    # If Keras had to find the end by itself, its means would count the step that finds it too.
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(count // batch_size))
    return dataset.prefetch(tf.data.AUTOTUNE)


def _records(file_patterns: Sequence[str]) -> tf.data.Dataset:
    files = sorted(tf.io.gfile.glob(list(file_patterns)))
    if not files:
        raise FileNotFoundError(f"No TFRecord files match {list(file_patterns)}")
    compression = "GZIP" if files[0].endswith(".gz") else ""
    return tf.data.TFRecordDataset(files, compression_type=compression)


def _decode(record: tf.Tensor, config: NetworkConfig, seed: tf.Tensor | None) -> dict:
    """Parses and decodes one example; a random crop if there is a seed, else the centre."""
    parsed = tf.io.parse_single_example(record, _SPEC)
    jpeg = parsed[examples.IMAGE]
    crop = config.crop_size
    room = tf.io.extract_jpeg_shape(jpeg)[:2] - crop  # [2]: height, width left over
    if seed is None:
        offset = room // 2
    else:
        fraction = tf.random.stateless_uniform([2], seed)
        offset = tf.cast(fraction * tf.cast(room + 1, tf.float32), tf.int32)
    # Decodes the crop's blocks only.
    image = tf.io.decode_and_crop_jpeg(
        jpeg, tf.concat([offset, [crop, crop]], 0), channels=3
    )  # [crop, crop, 3]
    if seed is not None:
        # By the crop's own seed, all upper crops would be flipped and no lower one.
        flip_seed = tf.random.experimental.stateless_fold_in(seed, 1)
        image = tf.image.stateless_random_flip_left_right(image, flip_seed)
    audio = tf.io.decode_raw(parsed[examples.AUDIO], tf.int16)  # [samples]
    return {
        "image": tf.ensure_shape(image, [crop, crop, 3]),
        "audio": tf.ensure_shape(audio, [config.sample_rate]),
        "group": tf.strings.to_hash_bucket_fast(parsed[examples.VIDEO_GROUP], 2**31 - 1),
    }
