"""What a large file's header tells is what its packets tell."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest

from objects_that_sound.components.media import quick_probe as module
from objects_that_sound.components.media.clips import probe
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.media.quick_probe import quick_probe


def _write(path, *, sound: bool = True, seconds: float = 3.0, late: float = 0.0):
    with av.open(str(path), "w") as container:
        pictures = container.add_stream("mpeg4", rate=25)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 48, "yuv420p"
        sounds = container.add_stream("mp2", rate=16000, layout="mono") if sound else None
        for number in range(round(25 * seconds)):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), number, np.uint8), "rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(pictures.encode(frame))
        container.mux(pictures.encode())
        if sounds is not None:
            tone = np.sin(np.arange(round(16000 * (seconds - late))) / 5) * 8000
            frame = av.AudioFrame.from_ndarray(tone.astype(np.int16)[None], "s16", "mono")
            frame.sample_rate, frame.time_base = 16000, Fraction(1, 16000)
            frame.pts = round(late * 16000)
            container.mux(sounds.encode(frame))
            container.mux(sounds.encode())
    return path


@pytest.fixture
def large(monkeypatch):
    """All files are too large to be read."""
    monkeypatch.setattr(module, "_SMALL_BYTES", 0)


@pytest.mark.parametrize("suffix", ["mkv", "mp4", "avi", "ts"])
@pytest.mark.parametrize("late", [0.0, 1.0])
def test_a_header_tells_what_the_packets_tell(tmp_path, large, suffix, late):
    path = _write(tmp_path / f"video.{suffix}", late=late if suffix in ("mkv", "mp4") else 0.0)
    told, exact = quick_probe(path), probe(path)
    assert told[1:4] == exact[1:4]
    assert told.duration == pytest.approx(exact.duration, abs=0.15)
    assert told.usable == pytest.approx(exact.usable, abs=0.15)


@pytest.mark.parametrize("is_large", [True, False])
@pytest.mark.parametrize("suffix", ["mkv", "mp4"])
def test_what_cannot_be_used_has_the_reason_that_ingest_gives(
    tmp_path, monkeypatch, suffix, is_large
):
    monkeypatch.setattr(module, "_SMALL_BYTES", 0 if is_large else 1 << 30)
    whole = _write(tmp_path / f"whole.{suffix}")
    cut = tmp_path / f"cut.{suffix}"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    (tmp_path / "empty.mp4").touch()
    cases = {
        cut: {"truncated", "cannot_open"},
        tmp_path / "empty.mp4": {"empty_file"},
        tmp_path / "none.mp4": {"missing_file"},
        _write(tmp_path / f"mute.{suffix}", sound=False): {"no_audio_stream"},
        _write(tmp_path / f"short.{suffix}", seconds=0.8): {"too_short"},
    }
    for path, reasons in cases.items():
        with pytest.raises(MediaError) as caught:
            quick_probe(path)
        assert caught.value.reason in reasons, path
