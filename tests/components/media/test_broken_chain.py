"""Containers broken in the middle: what FFmpeg passes over spoils no picture unseen."""

from __future__ import annotations

import io
import pathlib
import re
import tempfile

import numpy as np
import pytest
import simplejpeg

from objects_that_sound.components.media.broken_chain import broken_places
from objects_that_sound.components.media.clips import read_clips
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.media.sound import decode_audio

RATE = 48000
FRAMES = 200
TIMES = np.arange(0.7, 7.3, 0.25).round(2).tolist()
NOWHERE = np.zeros(0, np.int64)

KINDS = {
    "flv": {"sample_rate": 44100, "video_options": {"g": "60"}},
    "webm": {
        "video_codec": "libvpx",
        "audio_codec": "libopus",
        "video_options": {"g": "250", "b": "1M"},
        "options": {"cluster_time_limit": "400"},
    },
    "mkv": {"video_options": {"g": "250"}, "options": {"cluster_time_limit": "400"}},
    "wmv": {
        "video_codec": "wmv2",
        "video_options": {"g": "30", "b": "1M"},
        "audio_codec": "libmp3lame",
        "sample_rate": 44100,
    },
    "mpg": {
        "video_codec": "mpeg2video",
        "video_options": {"g": "30", "bf": "2", "b": "1M"},
        "audio_codec": "mp2",
    },
}
# Without time stamps: what is lost brings all that is behind it forward.
COUNTING = {
    "avi": {"video_codec": "mpeg4", "audio_codec": "libmp3lame", "video_options": {"g": "12"}},
    "ogg": {"video_codec": None, "audio_codec": "libopus"},
    "mxf": {
        "video_codec": "mpeg2video",
        "video_options": {"g": "12", "b": "2M"},
        "audio_codec": "pcm_s16le",
    },
}
FORMATS = {
    "avi": "avi",
    "mxf": "mxf",
    "ogg": "ogg",
    "flv": "flv",
    "webm": "matroska",
    "mkv": "matroska",
    "mpg": "mpeg",
    "wmv": "asf",
}


def _noise(count: int) -> bytes:
    return np.random.default_rng(7).bytes(count)


DAMAGES = {
    "bytes are zeros": lambda data, place: data[:place] + bytes(3000) + data[place + 3000 :],
    "bytes are noise": lambda data, place: data[:place] + _noise(3000) + data[place + 3000 :],
    "bytes are gone": lambda data, place: data[:place] + data[place + 3000 :],
    "bytes are between": lambda data, place: data[:place] + _noise(700) + data[place:],
}


@pytest.fixture(scope="module")
def whole(media, tmp_path_factory) -> dict[str, pathlib.Path]:
    """A video of each kind."""
    folder = tmp_path_factory.mktemp("whole")
    return {
        suffix: media(folder / f"whole.{suffix}", frames=FRAMES, **({"sample_rate": RATE} | how))
        for suffix, how in (KINDS | COUNTING).items()
    }


@pytest.fixture(scope="module")
def numbers(whole, number_in) -> dict[str, list[int]]:
    """The frames of each video at `TIMES`."""
    return {
        suffix: [
            number_in(simplejpeg.decode_jpeg(clip.jpeg))
            for clip in read_clips(whole[suffix], TIMES, image_size=64, sample_rate=8000)
        ]
        for suffix in KINDS
    }


@pytest.mark.parametrize("share", [0.35, 0.6])
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("suffix", KINDS)
def test_a_picture_is_right_or_refused(suffix, damage, share, whole, numbers, number_in, tmp_path):
    data = whole[suffix].read_bytes()
    path = tmp_path / f"broken.{suffix}"
    path.write_bytes(damage(data, int(share * len(data))))
    right = 0
    for time, number in zip(TIMES, numbers[suffix], strict=True):
        try:
            [clip] = read_clips(path, [time], image_size=64, sample_rate=8000)
        except MediaError as error:
            assert error.reason in ("decode_error", "sound_gap", "too_short")
            continue
        assert number_in(simplejpeg.decode_jpeg(clip.jpeg)) == number
        right += 1
    assert right >= 5


@pytest.mark.parametrize("share", [0.2, 0.35, 0.6])
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("suffix", COUNTING)
def test_what_would_come_too_early_is_refused(suffix, damage, share, whole, tmp_path):
    data = whole[suffix].read_bytes()
    path = tmp_path / f"broken.{suffix}"
    path.write_bytes(damage(data, int(share * len(data))))
    with pytest.raises(MediaError) as raised:
        decode_audio(path, 8000)
    assert raised.value.reason in ("decode_error", "cannot_open")


def test_what_lies_behind_the_last_packet_of_an_avi_does_no_harm(whole, tmp_path):
    path = tmp_path / "padded.avi"
    path.write_bytes(whole["avi"].read_bytes() + bytes(4096))
    assert np.array_equal(decode_audio(path, 8000), decode_audio(whole["avi"], 8000))


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + len(content).to_bytes(4, "little") + content + bytes(len(content) % 2)


def test_lists_in_lists_and_a_second_part_of_an_avi_belong_to_it():
    packets = [_chunk(b"00dc", b"odd"), _chunk(b"LIST", b"rec " + _chunk(b"01wb", b"even"))]
    first = b"AVI " + _chunk(b"LIST", b"hdrl" + bytes(40))
    first += _chunk(b"LIST", b"movi" + b"".join(packets * 20)) + _chunk(b"idx1", bytes(32))
    second = b"AVIX" + _chunk(b"JUNK", bytes(12)) + _chunk(b"LIST", b"movi" + b"".join(packets))
    content = _chunk(b"RIFF", first) + _chunk(b"RIFF", second)
    assert broken_places(io.BytesIO(content), {"avi"}, NOWHERE, NOWHERE) == []
    place = content.rindex(b"00dc")
    broken = content[:place] + bytes(8) + content[place + 8 :]
    assert broken_places(io.BytesIO(broken), {"avi"}, NOWHERE, NOWHERE) == [place]


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_whole_file_is_broken_nowhere(suffix, whole):
    with whole[suffix].open("rb") as file:
        file.seek(5)
        positions, sizes = np.array([0, 10**6]), np.array([1, 1])
        assert broken_places(file, {FORMATS[suffix]}, positions, sizes) == []
        assert file.tell() == 5


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_place_itself_is_told(suffix, whole):
    data = whole[suffix].read_bytes()
    cut = len(data) // 2
    broken = io.BytesIO(data[:cut] + bytes(2000) + data[cut + 2000 :])
    positions, sizes = np.array([0, cut + 2000]), np.array([1, 1])
    [place] = broken_places(broken, {FORMATS[suffix]}, positions, sizes)
    assert cut - 10000 < place < cut + 10000


def test_sectors_with_bytes_of_their_own_are_not_damage(whole):
    data = whole["mpg"].read_bytes()
    sectors = b"".join(
        bytes(24) + data[place : place + 2048] for place in range(0, len(data), 2048)
    )
    assert broken_places(io.BytesIO(sectors), {"mpeg"}, NOWHERE, NOWHERE) == []


def test_other_formats_are_not_walked(whole):
    with whole["mkv"].open("rb") as file:
        assert broken_places(file, {"mov", "mp4"}, NOWHERE, NOWHERE) == []


@pytest.mark.parametrize(
    ("kind", "begin"),
    [
        ("matroska", b"\x1a\x45\xdf\xa3\x01\x7f\xff\xff\xff\xff\xff\xff\xff"),
        ("matroska", b"\x1a\x45\xdf\xa3\x01\xff\xff\xff\xff\xff\xff\xfe"),
        ("mxf", b"\x06\x0e\x2b\x34" + bytes(12) + b"\x88" + b"\xff" * 8),
        ("avi", b"JUNK\xff\xff\xff\xff"),
    ],
)
def test_a_length_beyond_all_files_ends_the_walk(kind, begin):
    # A real file, whose system refuses to look there.
    with tempfile.TemporaryFile() as file:
        file.write(begin + b"rest")
        positions = np.array([0, 4096], np.int64)
        assert broken_places(file, [kind], positions, np.ones(2)) == []


@pytest.mark.parametrize(
    ("suffix", "name", "length"),
    [("avi", rb"\d\dwb", 4), ("mxf", rb"\x06\x0e\x2b\x34\x01\x02\x01\x01\x0d", 16)],
)
def test_a_length_that_leads_out_of_the_file_is_a_broken_place(suffix, name, length, whole):
    data = bytearray(whole[suffix].read_bytes())
    found = [match.start() for match in re.finditer(name, data)]
    place = found[20]
    data[place + length : place + length + 4] = (
        b"\xff\xff\xff\x7f" if suffix == "avi" else b"\x83\xff\xff\xff"
    )
    assert broken_places(io.BytesIO(data), {suffix}, NOWHERE, NOWHERE) == [place]
