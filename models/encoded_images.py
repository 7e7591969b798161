"""The encoded frames of an example that a network looks at."""

from __future__ import annotations

from collections.abc import Mapping

import tensorflow as tf

from objects_that_sound.models import examples


def image_spec(frames: int) -> dict[str, object]:
    """For `tf.io.parse_example`: what `encoded_images` needs.

    Args:
        frames: see NetworkConfig.
    """
    if frames == 1:
        return {examples.IMAGE: examples.EXAMPLE_SPEC[examples.IMAGE]}
    return {examples.FRAMES: tf.io.FixedLenSequenceFeature([], tf.string, allow_missing=True)}


def encoded_images(parsed: Mapping[str, tf.Tensor], frames: int) -> tf.Tensor:
    """The frames of parsed examples as a network's signatures take them.

    Args:
        parsed: one example [], or a batch of them [batch].
        frames: see NetworkConfig.

    Returns:
        Strings: [] or [batch] for one frame, else [frames] or [batch, frames]. An example without
        its frames is an InvalidArgumentError that says what to do.
    """
    if frames == 1:
        return parsed[examples.IMAGE]
    encoded = parsed[examples.FRAMES]  # of shorter examples in a batch, the rest is empty
    lengths = tf.reduce_sum(tf.cast(tf.strings.length(encoded) > 0, tf.int32), axis=-1)
    check = tf.debugging.assert_equal(
        lengths,
        frames,
        f"the network looks at {frames} frames, which not every example has: ingest with "
        f"frames={frames} (network.frames of a preset); frames by example:",
    )
    with tf.control_dependencies([check]):
        return tf.ensure_shape(encoded, [*encoded.shape[:-1], frames])
