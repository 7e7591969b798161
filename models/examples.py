"""The tf.Example contract: the one place that knows feature names, types and units.

VideoExampleGen writes *examples* (a frame and the second of sound centred on it); AvcPairGen turns
them into *pair examples* (a frame and a sound that do or do not correspond).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import tensorflow as tf

from objects_that_sound.models.sound_codec import decode_sound

VIDEO_ID = "video/id"
VIDEO_GROUP = "video/group"
VIDEO_TIME = "video/time"
IMAGE = "image/encoded"
FRAMES = "image/frames"
IMAGE_BRIGHTNESS = "image/brightness"
AUDIO = "audio/pcm"
ENCODED_AUDIO = "audio/encoded"
AUDIO_SAMPLE_RATE = "audio/sample_rate"
AUDIO_LOUDNESS = "audio/loudness"
LABEL = "label"
LABELS = "labels"
BOX = "box"
VISIBLE_LABELS = "visible_labels"
AVC_LABEL = "avc/label"
SOUND_LABEL = "sound_label"

MEDIA_FEATURES = (IMAGE, FRAMES, AUDIO, ENCODED_AUDIO)
"""Features too large for TFDV: statistics are computed on all others."""

_SCALAR = tf.io.FixedLenFeature

EXAMPLE_SPEC = {
    VIDEO_ID: _SCALAR([], tf.string),
    VIDEO_GROUP: _SCALAR([], tf.string),
    VIDEO_TIME: _SCALAR([], tf.float32),
    IMAGE: _SCALAR([], tf.string),
    FRAMES: tf.io.VarLenFeature(tf.string),
    IMAGE_BRIGHTNESS: _SCALAR([], tf.float32),
    AUDIO: _SCALAR([], tf.string, default_value=""),
    ENCODED_AUDIO: _SCALAR([], tf.string, default_value=""),
    AUDIO_SAMPLE_RATE: _SCALAR([], tf.int64),
    AUDIO_LOUDNESS: _SCALAR([], tf.float32),
    LABEL: _SCALAR([], tf.string, default_value=""),
    LABELS: tf.io.VarLenFeature(tf.string),
    BOX: tf.io.VarLenFeature(tf.float32),
    VISIBLE_LABELS: tf.io.VarLenFeature(tf.string),
}
"""For `tf.io.parse_example`: what VideoExampleGen writes. Parse only what is needed.

`image/frames` are there where several frames an example were asked for: all of them, 0.04 s apart,
in order; the one in the middle is `image/encoded`. An example has either `audio/pcm` or
`audio/encoded`, a file of FLAC or Ogg Vorbis (see models/sound_codec.py). `labels` are all classes of a video that has
several (AudioSet); `label` is the first of them.
"""

PAIR_SPEC = {
    VIDEO_ID: _SCALAR([], tf.string),
    VIDEO_GROUP: _SCALAR([], tf.string),
    IMAGE: _SCALAR([], tf.string),
    FRAMES: tf.io.VarLenFeature(tf.string),
    AUDIO: _SCALAR([], tf.string),
    AVC_LABEL: _SCALAR([], tf.int64),
    LABEL: _SCALAR([], tf.string, default_value=""),
    SOUND_LABEL: _SCALAR([], tf.string, default_value=""),
    BOX: tf.io.VarLenFeature(tf.float32),
    VISIBLE_LABELS: tf.io.VarLenFeature(tf.string),
}
"""For `tf.io.parse_example`: what AvcPairGen writes."""

Value = bytes | str | float | int | Sequence[bytes] | Sequence[str] | Sequence[float]


def make_example(features: Mapping[str, Value]) -> tf.train.Example:
    """Builds a tf.Example of the contract.

    Args:
        features: by feature name, a value or a sequence of values. Optional features (`label`,
            `box`, `visible_labels`, ...) are simply left out where they are not known.

    Returns:
        The example; integers become int64, floats float, strings and bytes bytes features.

    Raises:
        KeyError: a name is not of the contract.
    """
    example = tf.train.Example()
    for name, value in sorted(features.items()):
        dtype = _dtype(name)
        values: list = [value] if isinstance(value, bytes | str | float | int) else list(value)
        feature = example.features.feature[name]
        if dtype == tf.string:
            # Names of files, and labels taken from them, need not be UTF-8.
            feature.bytes_list.value.extend(
                v.encode("utf-8", "surrogateescape") if isinstance(v, str) else v for v in values
            )
        elif dtype == tf.int64:
            feature.int64_list.value.extend(int(v) for v in values)
        else:
            feature.float_list.value.extend(float(v) for v in values)
    return example


def read_example(serialized: bytes) -> dict[str, list]:
    """Parses a serialized example of the contract into plain Python lists, by feature name.

    `audio/encoded` becomes `audio/pcm`, so that who reads need not know how sound is stored.

    Raises:
        google.protobuf.message.DecodeError: the bytes are not a tf.Example.
        ValueError: its sound is damaged.
    """
    example = tf.train.Example.FromString(serialized)
    values = {
        name: list(getattr(feature, feature.WhichOneof("kind")).value)
        for name, feature in example.features.feature.items()
        if feature.WhichOneof("kind")
    }
    if ENCODED_AUDIO in values:
        [encoded] = values.pop(ENCODED_AUDIO)
        values[AUDIO] = [decode_sound(encoded).astype("<i2").tobytes()]
    return values


def _dtype(name: str) -> tf.DType:
    spec = EXAMPLE_SPEC.get(name) or PAIR_SPEC.get(name)
    if spec is None:
        raise KeyError(f"{name!r} is not a feature of the tf.Example contract (models/examples.py)")
    return spec.dtype
