"""Sizes told from headers, beside what TensorFlow makes of the same bytes."""

from __future__ import annotations

import io
import pathlib
import struct
import zlib

import hypothesis
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import strategies
from PIL import Image

from objects_that_sound.serving.model_server.image_size import NOTHING, image_size


def picture(kind: str, width: int = 30, height: int = 20, **how: object) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height)).save(buffer, kind, **how)
    return buffer.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def decoded(data: bytes) -> tuple[int, ...]:
    """Frames, height, width and channels, as TensorFlow decodes it."""
    shape = tuple(tf.io.decode_image(data).shape)
    return shape if len(shape) == 4 else (1, *shape)


def test_a_progressive_jpeg_with_notes_before_its_size():
    noted = picture("jpeg", progressive=True, exif=bytes(60_000))
    assert image_size(noted) == (1, 30, 20)
    assert decoded(noted)[:3] == (1, 20, 30)


def test_a_jpeg_with_rubbish_between_its_segments():
    whole = picture("jpeg")
    end = 4 + int.from_bytes(whole[4:6], "big")  # of the first segment
    spoilt = whole[:end] + b"rubbish\xff" + whole[end:]
    assert decoded(spoilt)[:3] == (1, 20, 30)  # TensorFlow does not mind
    assert image_size(spoilt) == (1, 30, 20)


def test_a_png_with_another_chunk_where_its_size_is_expected():
    whole = picture("png")
    lie = whole[:8] + chunk(b"abCd", struct.pack(">II5x", 1, 1)) + whole[8:]
    assert decoded(lie)[:3] == (1, 20, 30)
    assert image_size(lie) == (1, 30, 20)


@pytest.mark.parametrize("magic", [b"GIF87a", b"GIF89a", b"GIF80x", b"GIF8\0\0"])
def test_a_gif_whose_screen_is_smaller_than_its_frame(magic: bytes):
    whole = picture("gif")
    lie = magic + struct.pack("<HH", 1, 1) + whole[10:]
    assert decoded(lie)[:3] == (1, 20, 30)
    assert image_size(lie) == (1, 30, 20)


def test_a_gif_of_frames_of_different_sizes_and_tables():
    """TensorFlow decodes each to the size of the largest."""
    parts = [picture("gif", 30, 5), picture("gif", 4, 20)]
    bodies = [part[13 + 3 * (2 << (part[10] & 7)) : -1] for part in parts]
    table = parts[0][13 : 13 + 3 * (2 << (parts[0][10] & 7))]
    # The second frame has a table of colours of its own.
    at = bodies[1].index(b"\x2c")
    flags = 0x80 | parts[0][10] & 7
    own = bodies[1][: at + 9] + bytes([flags]) + table + bodies[1][at + 10 :]
    both = parts[0][:13] + table + bodies[0] + own + b"\x3b"
    assert image_size(both) == (2, 30, 20)
    assert decoded(both)[:3] == (2, 20, 30)
    assert image_size(both[:-30])[0] == 2  # cut off within the second


def test_a_bmp_that_states_more_than_it_has():
    lie = bytearray(picture("bmp"))
    lie[18:26] = struct.pack("<ii", 30_000, 30_000)
    with pytest.raises(tf.errors.InvalidArgumentError):
        decoded(bytes(lie))
    assert image_size(bytes(lie)) == NOTHING
    lie[18:26] = struct.pack("<ii", 30, -20)  # from the top down
    assert image_size(bytes(lie)) == (1, 30, 20)


def test_a_sound_that_begins_like_a_bmp_is_no_picture():
    generator = np.random.default_rng(0)
    for _ in range(100):
        sound = b"BM" + generator.integers(-(2**15), 2**15, 47_999, np.int16).tobytes()
        assert image_size(sound) == NOTHING


@pytest.mark.parametrize("how", [{"lossless": True}, {"lossless": False}, {"exif": b"Exif" * 9}])
def test_a_webp(how: dict):
    assert image_size(picture("webp", **how)) == (1, 30, 20)


def test_an_animated_webp():
    buffer = io.BytesIO()
    frames = [Image.new("RGB", (30, 20), (colour, 0, 0)) for colour in (0, 99, 200)]
    frames[0].save(buffer, "webp", save_all=True, append_images=frames[1:])
    assert image_size(buffer.getvalue()) == (3, 30, 20)


_SEEDS = [picture(kind) for kind in ("jpeg", "png", "gif", "bmp", "webp")]
_CHANGES = strategies.lists(
    strategies.tuples(strategies.integers(0, 80), strategies.integers(0, 255)), max_size=6
)


@hypothesis.given(strategies.sampled_from(_SEEDS), _CHANGES, strategies.integers(8, 2000))
@hypothesis.settings(max_examples=400, deadline=None, derandomize=True)
def test_nothing_is_decoded_to_more_than_was_told(
    seed: bytes, changes: list[tuple[int, int]], end: int
):
    """Bytes of headers are changed, files cut off; what TensorFlow still takes, was foreseen."""
    data = bytearray(seed)
    for position, value in changes:
        data[position % len(data)] = value
    data = bytes(data[:end])
    frames, width, height = image_size(data)
    if frames * width * height > 10**7:
        return  # refused; need not be decoded for this
    try:
        found = decoded(data)
    except tf.errors.InvalidArgumentError:
        return
    assert found[0] * found[1] * found[2] <= frames * width * height


@hypothesis.given(
    strategies.sampled_from(
        [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"RIFF0000WEBP"]
    ),
    strategies.binary(max_size=200),
)
@hypothesis.settings(max_examples=300, deadline=None, derandomize=True)
def test_no_bytes_raise_anything(magic: bytes, rest: bytes):
    assert all(side >= 0 for side in image_size(magic + rest))


@pytest.mark.parametrize("kind", ["wav", "bmp"])
def test_what_is_not_looked_at_needs_no_memory(kind: str):
    """Of sounds and BMPs, TensorFlow itself sees whether what the header states is there."""
    status, reset = pathlib.Path("/proc/self/status"), pathlib.Path("/proc/self/clear_refs")
    if not reset.exists():
        pytest.skip("there is no /proc to ask for the peak of the memory")
    if kind == "wav":
        lie = b"RIFF" + struct.pack("<I", 36) + b"WAVEfmt "
        lie += struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16) + b"data"
        lie += struct.pack("<I", 2**31 - 2) + bytes(8)
    else:
        lie = bytearray(picture("bmp"))
        lie[18:26] = struct.pack("<ii", 15_000, 15_000)
    decode = tf.audio.decode_wav if kind == "wav" else tf.io.decode_image

    def kilobytes(field: str) -> int:
        return int(status.read_text().split(f"{field}:")[1].split()[0])

    reset.write_text("5")  # the peak is what there is now
    before = kilobytes("VmRSS")
    with pytest.raises(tf.errors.InvalidArgumentError):
        decode(bytes(lie))
    assert kilobytes("VmHWM") - before < 100_000
