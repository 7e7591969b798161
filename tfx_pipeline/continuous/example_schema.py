"""What every example of a continuous training must be like."""

from __future__ import annotations

import hashlib
import os

from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2

from objects_that_sound.models import examples
from objects_that_sound.models.whole_file import whole_file
from objects_that_sound.tfx_pipeline.presets.preset import Preset

_NAME = "schema.pbtxt"
_HEADER = """\
# What examples must be like (tensorflow_metadata's schema.proto). ExampleValidator stops a run whose
# new examples are not. Written for the first span; correct it by hand where it is wrong.
"""


def schema_file(folder: str, preset: Preset) -> str:
    """Makes sure that there is a schema, and returns one that will not change.

    Args:
        folder: for `schema.pbtxt`, which people may edit, and for copies of all its contents.
        preset: of the first run, which the schema is made for.

    Returns:
        Path of the copy of the current content: TFX's cache knows a file by its path.
    """
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, _NAME)
    if not os.path.exists(path):
        _write(path, _HEADER + text_format.MessageToString(make_schema(preset)))
    with open(path) as file:
        text = file.read()
    copy = os.path.join(folder, f".{hashlib.sha256(text.encode()).hexdigest()[:16]}.pbtxt")
    _write(copy, text)
    return copy


def make_schema(preset: Preset) -> schema_pb2.Schema:
    """The tf.Example contract without media, with the ranges that values may have.

    Args:
        preset: names the sampling rate.
    """
    schema = schema_pb2.Schema()
    rate = preset.network.sample_rate
    for name in (examples.VIDEO_ID, examples.VIDEO_GROUP):
        _scalar(schema, name, schema_pb2.BYTES)
    _scalar(schema, examples.AUDIO_SAMPLE_RATE, schema_pb2.INT).int_domain.CopyFrom(
        schema_pb2.IntDomain(min=rate, max=rate)
    )
    for name, low, high in (
        (examples.VIDEO_TIME, 0.0, None),
        (examples.IMAGE_BRIGHTNESS, 0.0, 1.0),
        (examples.AUDIO_LOUDNESS, -120.0, 0.1),  # a full square wave, rounded
    ):
        domain = schema_pb2.FloatDomain(min=low, max=high, disallow_nan=True, disallow_inf=True)
        _scalar(schema, name, schema_pb2.FLOAT).float_domain.CopyFrom(domain)
    for name in (examples.LABEL, examples.LABELS, examples.VISIBLE_LABELS):
        schema.feature.add(name=name, type=schema_pb2.BYTES)
    schema.feature.add(name=examples.BOX, type=schema_pb2.FLOAT)
    return schema


def _scalar(schema: schema_pb2.Schema, name: str, kind: int) -> schema_pb2.Feature:
    """Adds a feature that every example has one value of."""
    feature = schema.feature.add(name=name, type=kind)
    feature.presence.min_fraction = 1.0
    feature.presence.min_count = 1
    feature.value_count.min = feature.value_count.max = 1
    return feature


def _write(path: str, text: str) -> None:
    with whole_file(path) as unfinished, open(unfinished, "w") as file:
        file.write(text)
