from __future__ import annotations

import pytest
import tensorflow as tf
from google.protobuf.message import DecodeError

from objects_that_sound.models import examples


def test_what_is_written_can_be_parsed_by_the_spec():
    example = examples.make_example(
        {
            examples.VIDEO_ID: "a",
            examples.VIDEO_GROUP: b"g",
            examples.VIDEO_TIME: 2,  # a float feature whatever the value's type
            examples.IMAGE: b"\xff\xd8",
            examples.IMAGE_BRIGHTNESS: 0.5,
            examples.AUDIO: b"\x00\x01",
            examples.AUDIO_SAMPLE_RATE: 48000,
            examples.AUDIO_LOUDNESS: -20.0,
            examples.BOX: [0.0, 0.25, 0.5, 1],
            examples.VISIBLE_LABELS: ["dog", "cat"],
        }
    )
    parsed = tf.io.parse_single_example(example.SerializeToString(), examples.EXAMPLE_SPEC)
    assert parsed[examples.VIDEO_TIME].numpy() == 2.0
    assert parsed[examples.AUDIO_SAMPLE_RATE].numpy() == 48000
    assert parsed[examples.LABEL].numpy() == b""  # unknown
    assert tf.sparse.to_dense(parsed[examples.BOX]).numpy().tolist() == [0.0, 0.25, 0.5, 1.0]
    assert parsed[examples.VISIBLE_LABELS].values.numpy().tolist() == [b"dog", b"cat"]


def test_all_labels_and_all_frames_keep_their_order():
    features = {examples.LABELS: ["/m/09x0r", "/t/dd00088"], examples.FRAMES: [b"b", b"a", b"b"]}
    serialized = examples.make_example(features).SerializeToString()
    spec = {name: examples.EXAMPLE_SPEC[name] for name in features}
    parsed = tf.io.parse_single_example(serialized, spec)
    assert parsed[examples.LABELS].values.numpy().tolist() == [b"/m/09x0r", b"/t/dd00088"]
    assert parsed[examples.FRAMES].values.numpy().tolist() == [b"b", b"a", b"b"]


def test_statistics_leave_out_all_pictures_and_sounds():
    media = {examples.IMAGE, examples.FRAMES, examples.AUDIO, examples.ENCODED_AUDIO}
    assert media == set(examples.MEDIA_FEATURES)


def test_what_is_written_can_be_read_as_lists():
    example = examples.make_example({examples.LABEL: "dog", examples.AVC_LABEL: True})
    read = examples.read_example(example.SerializeToString())
    assert read == {examples.LABEL: [b"dog"], examples.AVC_LABEL: [1]}


def test_equal_examples_have_equal_bytes_whatever_the_order():
    there = examples.make_example({examples.LABEL: "a", examples.VIDEO_ID: "b"})
    back = examples.make_example({examples.VIDEO_ID: "b", examples.LABEL: "a"})
    assert there.SerializeToString() == back.SerializeToString()


def test_a_name_outside_the_contract_is_named():
    with pytest.raises(KeyError, match="image/jpeg"):
        examples.make_example({"image/jpeg": b""})


def test_bytes_that_are_no_example_are_refused():
    with pytest.raises(DecodeError):
        examples.read_example(b"not a tf.Example")
