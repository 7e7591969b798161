from __future__ import annotations

import pathlib
import wave
from fractions import Fraction

import av
import numpy as np
import pytest

from objects_that_sound.components.video_check.find_duplicates import (
    find_copies,
    find_same_sounds,
)
from objects_that_sound.components.video_check.probed_video import ProbedVideo

_RATE = 16000


def _melody(seed: int) -> np.ndarray:
    """int16: 6 s of short tones at random."""
    random = np.random.default_rng(seed)
    time = np.arange(_RATE // 8) / _RATE
    fade = np.hanning(len(time))
    tones = [
        sum(np.sin(2 * np.pi * pitch * time) for pitch in random.uniform(200, 3500, 3)) * fade
        for _ in range(48)
    ]
    return (np.concatenate(tones) * 8000).astype(np.int16)


def _write_wav(path: pathlib.Path, samples: np.ndarray) -> str:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes(samples.astype("<i2").tobytes())
    return str(path)


def _write_aac(path: pathlib.Path, samples: np.ndarray) -> str:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=_RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples[None], "s16", "mono")
        frame.sample_rate, frame.pts, frame.time_base = _RATE, 0, Fraction(1, _RATE)
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return str(path)


def test_videos_that_begin_with_the_same_sound_are_found_in_any_encoding(tmp_path):
    one, other = _melody(1), _melody(2)
    same = [
        _write_wav(tmp_path / "a.wav", one),
        _write_aac(tmp_path / "b.m4a", one // 2),  # compressed and half as loud
        _write_wav(tmp_path / "c.wav", one[_RATE:]),  # begins a second later
    ]
    text = tmp_path / "text.mp4"
    text.write_text("no sound")
    paths = [*same, _write_wav(tmp_path / "d.wav", other), str(text)]
    silence = _write_wav(tmp_path / "e.wav", np.zeros(6 * _RATE))
    more_silence = _write_wav(tmp_path / "f.wav", np.zeros(6 * _RATE))
    assert find_same_sounds([*paths, silence, more_silence]) == [sorted(same)]


@pytest.mark.parametrize("count", [0, 1])
def test_few_videos_have_no_twins(tmp_path, count):
    paths = [_write_wav(tmp_path / "a.wav", _melody(1))] * count
    assert find_same_sounds(paths) == []


def test_copies_are_files_of_the_same_mark():
    videos = [ProbedVideo(*one) for one in (("b", 1, None, "x"), ("a", 1, None, "x"))]
    videos += [ProbedVideo("c", 1, None, "y"), ProbedVideo("d"), ProbedVideo("e")]
    assert find_copies(videos) == [["a", "b"]]
