from __future__ import annotations

import numpy as np
import pytest

from objects_that_sound.components.sound_benchmark_evaluator.benchmark import Clip
from objects_that_sound.components.sound_benchmark_evaluator.sounds import (
    read_clips,
    resample,
    windows,
)


def _spectrum_peak(samples, rate):
    power = np.abs(np.fft.rfft(samples.astype(float)))
    return np.argmax(power) * rate / len(samples)


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg", ".mp3"])
@pytest.mark.parametrize("rate", [44100, 48000])
def test_every_format_and_rate_is_read(tmp_path, save_sound, suffix, rate):
    tone = (8000 * np.sin(2 * np.pi * 440 * np.arange(22050) / 22050)).astype(np.int16)
    file_rate = 48000 if suffix == ".ogg" else 22050
    path = save_sound(tmp_path / f"a{suffix}", tone, 22050, file_rate)
    sounds, rejects = read_clips([Clip(str(path), "a", "x", "1")], rate)
    assert rejects == []
    assert len(sounds[0]) == pytest.approx(rate, rel=0.08)  # MP3 ends with its padding
    assert _spectrum_peak(sounds[0], rate) == pytest.approx(440, abs=2)
    middle = sounds[0][rate // 4 : rate // 2].astype(float)
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(8000 / np.sqrt(2), rel=0.1)


def test_what_cannot_be_read_is_named_with_its_reason(tmp_path, save_sound, sound):
    good = save_sound(tmp_path / "good.wav", sound("bell", 1))
    (tmp_path / "empty.wav").touch()
    (tmp_path / "text.wav").write_text("no sound")
    names = ["missing.wav", "good.wav", "empty.wav", "text.wav"]
    clips = [Clip(str(tmp_path / name), name, "x", name) for name in names]
    sounds, rejects = read_clips(clips, 44100)
    assert list(sounds) == [1]
    assert good.exists()
    assert [(reject.name, reject.reason) for reject in rejects] == [
        ("missing.wav", "missing_file"),
        ("empty.wav", "empty_file"),
        ("text.wav", "cannot_open"),
    ]


def test_resampling_keeps_pitch_and_length():
    tone = (8000 * np.sin(2 * np.pi * 440 * np.arange(44100) / 44100)).astype(np.int16)
    assert resample(tone, 44100, 44100) is tone
    for rate in (8000, 16000, 48000):
        other = resample(tone, 44100, rate)
        assert len(other) == pytest.approx(rate, abs=40)
        assert _spectrum_peak(other, rate) == pytest.approx(440, abs=2)


def test_windows_overlap_and_reach_the_end():
    cut = windows(np.arange(10, dtype=np.int16), 4, 4)
    assert cut.tolist() == [[0, 1, 2, 3], [4, 5, 6, 7], [6, 7, 8, 9]]
    assert windows(np.arange(8, dtype=np.int16), 4, 2)[:, 0].tolist() == [0, 2, 4]
    assert windows(np.array([1, 2], np.int16), 4, 2).tolist() == [[1, 2, 0, 0]]
