"""Files changed at random: clips or a named reason, never a crash, a hang or an error of Python's."""

from __future__ import annotations

import os
import pathlib
import re
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from objects_that_sound.components.media import media_error
from objects_that_sound.components.media.clips import MediaInfo, probe, read_clips
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.media.media_file import MediaFile
from objects_that_sound.components.video_example_gen.decoder_pool import DecoderPool

_MANY = settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "60")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
_REASONS = {
    value for name, value in vars(media_error).items() if name.isupper() and isinstance(value, str)
}

_KINDS = {
    "mp4": {},
    "mov": {"audio_codec": "pcm_s16le"},
    "mkv": {"audio_codec": "flac"},
    "webm": {"video_codec": "libvpx", "audio_codec": "libopus", "sample_rate": 48000},
    "avi": {"video_codec": "mpeg4", "audio_codec": "mp3"},
    "ts": {"audio_codec": "mp2", "sample_rate": 48000},
    "mpg": {"video_codec": "mpeg2video", "audio_codec": "mp2", "sample_rate": 48000},
    "flv": {"video_codec": "flv", "audio_codec": "mp3"},
    "wav": {"video_codec": None, "audio_codec": "pcm_s16le"},
}

_LISTING = {"mp4", "mov"}  # asked for their list of samples, where they are long
_LONG_BYTES = 9 << 20

# A change: where (share of the file), how many bytes go, and what comes in their place.
_PIECES = st.one_of(
    st.binary(max_size=8),
    st.sampled_from([bytes(4), b"\xff" * 4, b"\x7f\xff\xff\xff", b"\x80\0\0\0", bytes(400)]),
    st.sampled_from(
        [b"moov", b"trak", b"stsd", b"stts", b"elst", b"chan", b"pasp", b"\x1a\x45\xdf\xa3"]
    ),
    st.sampled_from(
        [b"#EXTM3U\n", b"ffconcat version 1.0\n", b"RIFF", b"OggS", b"FLV\x01", b"\x47"]
    ),
)
# Headers lie at the ends of a file: half of all changes go there.
_PLACES = st.one_of(st.floats(0, 1), st.floats(0, 0.02), st.floats(0.9, 1))
_CHANGES = st.lists(st.tuples(_PLACES, st.integers(0, 200), _PIECES), min_size=1, max_size=4)


def _changed(data: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    for share, gone, piece in changes:
        place = int(share * len(data))
        data = data[:place] + piece + data[place + (gone or len(piece)) :]
    return data


@pytest.fixture(scope="module")
def bases(media, tmp_path_factory) -> dict[str, bytes]:
    """A small file of each kind."""
    folder = tmp_path_factory.mktemp("bases")
    sound = np.random.default_rng(0).normal(0, 0.1, 44100 * 2)
    return {
        suffix: media(folder / f"base.{suffix}", sound=sound, **options).read_bytes()
        for suffix, options in _KINDS.items()
    }


@pytest.fixture(scope="module")
def pool() -> Iterator[DecoderPool]:
    with DecoderPool(1, timeout=60) as pool:
        yield pool


def test_a_lengthened_file_is_read_by_its_list(bases, tmp_path):
    path = tmp_path / "long.mp4"
    path.write_bytes(bases["mp4"])
    os.truncate(path, _LONG_BYTES)
    with MediaFile(path) as opened:
        assert not opened._packets.in_memory
        assert len(opened.video_index) == 50


@_MANY
@given(kind=st.sampled_from(sorted(_KINDS)), changes=_CHANGES, long=st.booleans())
def test_any_file_is_read_or_refused_by_name(kind, changes, long, bases, pool, tmp_path_factory):
    path = pathlib.Path(tmp_path_factory.getbasetemp(), f"fuzzed.{kind}")
    path.write_bytes(_changed(bases[kind], changes))
    if long and kind in _LISTING:
        os.truncate(path, _LONG_BYTES)  # zeros behind an mp4 do no harm
    try:
        info: MediaInfo = pool.call(probe, str(path))
        if info.usable is not None:
            assert 0 <= info.usable[0] <= info.usable[1] <= info.duration
            [clip] = pool.call(read_clips, str(path), [info.usable[0]], image_size=32)
            assert len(clip.pcm) == 2 * 48000 and clip.jpeg
    except MediaError as error:
        assert error.reason in _REASONS - {media_error.CRASHED, media_error.TIMEOUT}
        # The decoder's process calls an error that is none of ours by its class.
        assert not re.match(r"\w+(Error|Exception): ", error.detail), error
