"""Pictures too large to be decoded."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from objects_that_sound.serving.model_server.image_limit import check_images
from objects_that_sound.serving.model_server.serving_error import ServingError


def picture(kind: str, width: int = 30, height: int = 20) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height)).save(buffer, kind)
    return buffer.getvalue()


def check(max_pixels: int, *values: bytes, **more: np.ndarray) -> None:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    check_images({"x": array} | more, max_pixels)


def refusal(max_pixels: int, *values: bytes) -> str:
    with pytest.raises(ServingError) as caught:
        check(max_pixels, *values)
    assert caught.value.http_status == 400
    return caught.value.message


@pytest.mark.parametrize("kind", ["jpeg", "png", "gif", "bmp", "webp"])
def test_by_the_header(kind: str):
    check(600, b"no picture", picture(kind))
    words = refusal(599, b"no picture", picture(kind))
    assert "'x', element 1: an image of 30 x 20 pixels; at most 599" in words
    check(1, picture(kind)[:8])  # cut off: nothing could decode it


def test_a_jpeg_that_states_more_than_it_has(jpeg_bomb: bytes):
    assert len(jpeg_bomb) < 10_000
    assert "30000 x 30000" in refusal(2**25, jpeg_bomb)


def test_the_frames_of_an_animation_count_together():
    buffer = io.BytesIO()
    frames = [Image.new("RGB", (30, 20), (40 * colour, 0, 0)) for colour in range(5)]
    frames[0].save(buffer, "gif", save_all=True, append_images=frames[1:])
    check(3000, buffer.getvalue())
    assert "5 frames of 30 x 20 pixels" in refusal(2999, buffer.getvalue())


def test_the_pictures_of_a_request_count_together():
    small = picture("png", 10, 10)
    check(100, *[small] * 8)
    words = refusal(100, *[small] * 9)
    assert "element 8: with this image, the request's images have 900 pixels" in words
    assert "at most 800 are accepted together" in words
    with pytest.raises(ServingError, match="'y', element 1"):  # over all inputs
        check(100, *[small] * 7, y=np.array([[small], [small]], dtype=object))


def many_scans(count: int, mode: str = "RGB", **how: object) -> bytes:
    """A JPEG whose last scan comes so many times more."""
    buffer = io.BytesIO()
    Image.new(mode, (32, 32)).save(buffer, "jpeg", **how)
    whole = buffer.getvalue()
    last = whole.rindex(b"\xff\xda")
    return whole[:-2] + whole[last:-2] * count + b"\xff\xd9"


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_jpeg_of_very_many_scans(mode: str):
    """TensorFlow goes over it at each."""
    bomb = many_scans(100, mode, progressive=True)
    assert tf.io.decode_jpeg(bomb).shape[:2] == (32, 32)
    words = "'x', element 1: a JPEG of more than 100 scans"
    assert words in refusal(2**25, picture("jpeg"), bomb)
    example = tf.train.Example()
    example.features.feature["image"].bytes_list.value.append(bomb)
    assert words.replace("1", "0", 1) in refusal(2**25, example.SerializeToString())


@pytest.mark.parametrize("how", [{"progressive": True}, {}, {"progressive": True, "quality": 100}])
def test_jpegs_of_as_many_scans_as_there_are(how: dict):
    check(2**25, many_scans(0, **how), many_scans(80, **how))


def test_of_a_sequential_jpeg_the_first_scan_is_all():
    """TensorFlow refuses what follows, and takes no time for it."""
    repeated = many_scans(200)
    check(2**25, repeated)
    with pytest.raises(tf.errors.InvalidArgumentError):
        tf.io.decode_jpeg(repeated)
    one_by_one = bytearray(repeated)  # each scan has one of the three colours
    for start in [m.start() for m in re.finditer(b"\xff\xda", repeated)]:
        one_by_one[start + 4] = 1
    assert "scans" in refusal(2**25, bytes(one_by_one))


def test_what_looks_like_scans_around_an_image_is_none():
    whole = many_scans(0)
    marks = b"\xff\xda" * 200
    noted = whole[:2] + b"\xff\xe5" + (len(marks) + 2).to_bytes(2, "big") + marks + whole[2:]
    check(2**25, noted, whole + marks, b"no picture" + marks)
    assert tf.io.decode_jpeg(noted).shape == (32, 32, 3)


def test_pictures_within_tf_examples(jpeg_bomb: bytes):
    example = tf.train.Example()
    example.features.feature["label"].int64_list.value.append(1)
    example.features.feature["image"].bytes_list.value.extend([picture("png"), jpeg_bomb])
    sequence = tf.train.SequenceExample()
    listed = sequence.feature_lists.feature_list["frames"].feature
    listed.add().bytes_list.value.append(jpeg_bomb)
    for packed in (example, sequence):
        assert "'x', element 0: an image of 30000" in refusal(2**25, packed.SerializeToString())
        check(2**30, packed.SerializeToString())


def test_names_of_features_that_are_no_text_hide_nothing(jpeg_bomb: bytes):
    """TensorFlow's own parser takes them, Python's classes do not."""
    example = tf.train.Example()
    example.features.feature["nn"].bytes_list.value.append(jpeg_bomb)
    odd = example.SerializeToString().replace(b"nn", b"\xff\xff", 1)
    with pytest.raises(Exception, match=r"(?i)utf-8|parsing"):
        tf.train.Example.FromString(odd)
    features = {"image": tf.io.FixedLenFeature([], tf.string, "")}
    assert tf.io.parse_single_example(odd, features)["image"].numpy() == b""
    assert "30000" in refusal(2**25, odd)


def test_numbers_and_empty_arrays():
    check(1)
    check_images({"x": np.ones((3, 3), np.float32)}, 1)
    with pytest.raises(ServingError, match="element 0"):
        check_images({"x": np.array(picture("png"), dtype=object)}, 1)
