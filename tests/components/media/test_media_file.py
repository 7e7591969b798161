"""Files that can't be used say why."""

from __future__ import annotations

import errno
import os

import av
import numpy as np
import pytest

from objects_that_sound.components.media import media_file
from objects_that_sound.components.media.clips import probe, read_clips
from objects_that_sound.components.media.media_error import MediaError


def _reason(path, time: float = 1.0) -> str:
    with pytest.raises(MediaError) as error:
        read_clips(path, [time], image_size=64)
    return error.value.reason


@pytest.mark.parametrize(
    "options", [{}, {"movflags": "faststart"}, {"movflags": "frag_keyframe+empty_moov"}]
)
@pytest.mark.parametrize("part", [0.3, 0.6, 0.95])
def test_truncated_mp4(media, tmp_path, options, part):
    path = media(tmp_path / "whole.mp4", options=options, video_options={"g": "10"})
    assert len(read_clips(path, [1.0], image_size=64)) == 1
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    assert _reason(path) == "truncated"


@pytest.mark.parametrize("part", [0.3, 0.6])
def test_truncated_webm(media, tmp_path, part):
    path = media(
        tmp_path / "whole.webm", video_codec="libvpx-vp9", audio_codec="libopus", sample_rate=48000
    )
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    assert _reason(path) == "truncated"


@pytest.mark.parametrize("part", [0.4, 0.8])
def test_truncated_windows_media(media, tmp_path, part):
    path = media(tmp_path / "whole.wmv", video_codec="wmv2", audio_codec="pcm_s16le", frames=100)
    assert len(read_clips(path, [1.0], image_size=64)) == 1
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    assert _reason(path) == "truncated"


@pytest.mark.parametrize(
    ("error", "reason", "said"),
    [
        (av.error.InvalidDataError(errno.EILSEQ, "Invalid data"), "decode_error", "Invalid data"),
        (av.error.PatchWelcomeError(errno.ENOSYS, "Not yet"), "decode_error", "FFmpeg cannot read"),
        (av.error.OSError(errno.EIO, "Input/output"), "cannot_open", "Input/output"),
    ],
    ids=["damage", "an unknown feature", "a disk that fails"],
)
def test_where_reading_stops_the_true_reason_is_told(
    error, reason, said, media, tmp_path, monkeypatch
):
    path = media(tmp_path / "some.ts", audio_codec="mp2", sample_rate=48000)

    def fail(*_):
        raise error

    monkeypatch.setattr(media_file.PacketIndex, "add", fail)
    with pytest.raises(MediaError, match=f"{reason}: reading stopped: {said}"):
        read_clips(path, [1.0])


@pytest.mark.parametrize(
    "text",
    [
        "hello\n" * 100,
        "a,b\n1,2\n",
        "#EXTM3U\n#EXTINF:1,\nhttp://localhost:9/x.ts\n",
        "ffconcat version 1.0\nfile /etc/passwd\n",
        "1\n00:00:01,000 --> 00:00:02,000\nhello\n",
    ],
)
def test_text_is_no_video(tmp_path, text):
    path = tmp_path / "text.mp4"
    path.write_text(text)
    assert _reason(path) == "cannot_open"


def test_unreadable_paths(tmp_path):
    (tmp_path / "empty.mp4").touch()
    assert _reason(tmp_path / "empty.mp4") == "empty_file"
    assert _reason(tmp_path / "none.mp4") == "missing_file"
    os.mkfifo(tmp_path / "pipe.mp4")
    assert _reason(tmp_path / "pipe.mp4") == "cannot_open"
    (tmp_path / "folder.mp4").mkdir()
    assert _reason(tmp_path / "folder.mp4") == "cannot_open"


def test_name_with_a_colon_is_no_protocol(media, tmp_path):
    assert probe(media(tmp_path / "a.mp4").rename(tmp_path / "pipe:0.mp4")).width == 96


def test_missing_streams(media, tmp_path):
    assert _reason(media(tmp_path / "silent.mp4", sound=None)) == "no_audio_stream"
    assert _reason(media(tmp_path / "blind.m4a", video_codec=None)) == "no_video_stream"


def test_shorter_than_a_second(media, tmp_path):
    path = media(tmp_path / "short.mp4", frames=20)
    assert probe(path).usable is None
    assert _reason(path, 0.4) == "too_short"


def test_damage_inside_is_found(media, tmp_path):
    noise = np.random.default_rng(3).integers(0, 255, (50, 64, 96, 3), np.uint8)
    path = media(tmp_path / "flipped.mkv", frames=list(noise), audio_codec="pcm_s16le")
    data = bytearray(path.read_bytes())
    data[len(data) // 3 : len(data) // 2] = bytes(len(data) // 2 - len(data) // 3)
    path.write_bytes(data)
    assert _reason(path, 1.4) in ("decode_error", "truncated", "sound_gap")


def test_a_lack_of_memory_says_nothing_of_the_file(tmp_path, monkeypatch):
    def without_memory(*_, **__):
        raise av.error.MemoryError(errno.ENOMEM, "Cannot allocate memory")

    path = tmp_path / "good.mp4"
    path.write_bytes(b"a video")
    monkeypatch.setattr(av, "open", without_memory)
    assert _reason(path) == "out_of_memory"
