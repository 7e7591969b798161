from __future__ import annotations

import numpy as np
import pytest

from objects_that_sound.components.media.sound import decode_audio
from objects_that_sound.components.sound_benchmark_evaluator.fingerprint import (
    landmarks,
    to_common_rate,
)
from objects_that_sound.components.sound_benchmark_evaluator.fingerprint_index import (
    FingerprintIndex,
)
from objects_that_sound.components.sound_benchmark_evaluator.leaks import find_trained, find_twins

RATE = 16000


@pytest.fixture(scope="module")
def recordings(sound):
    return [sound(("bird", "bell", "motor")[i % 3], i, seconds=3.0) for i in range(12)]


@pytest.fixture(scope="module")
def index(recordings):
    return FingerprintIndex([(samples, RATE) for samples in recordings])


@pytest.mark.parametrize("suffix", [".mp3", ".ogg", ".flac"])
@pytest.mark.parametrize("rate", [44100, 8000])
def test_an_excerpt_is_found_when_compressed_and_resampled(
    index, recordings, save_sound, tmp_path, suffix, rate
):
    out_rate = 48000 if suffix == ".ogg" else 44100
    for number in (0, 4, 8):
        path = save_sound(tmp_path / f"{number}{suffix}", recordings[number], RATE, out_rate)
        heard = decode_audio(path, rate)
        start = round(0.777 * rate)
        assert index.find(heard[start : start + rate], rate) == {number}


def test_other_sounds_of_a_class_are_not_the_recording(index, sound):
    for seed in range(100, 130):
        for label in ("bird", "bell", "motor"):
            assert index.find(sound(label, seed, seconds=1.0), RATE) == set()


def test_a_quieter_copy_and_one_of_wrong_polarity_are_found(index, recordings):
    part = recordings[5][9000:25000]
    assert index.find((part * 0.1).astype(np.int16), RATE) == {5}
    assert index.find(-part, RATE) == {5}


def test_an_excerpt_that_reaches_beyond_the_recording_is_found(index, recordings):
    part = np.concatenate([recordings[2][-12000:], np.zeros(4000, np.int16)])
    assert index.find(part, RATE) == {2}


def test_a_tone_of_nearly_the_same_pitch_is_another_recording():
    time = np.arange(3 * RATE) / RATE
    tones = [(10000 * np.sin(2 * np.pi * f * time)).astype(np.int16) for f in (700, 703)]
    index = FingerprintIndex([(tones[0], RATE)])
    assert index.find(tones[1][:RATE], RATE) == set()


def test_silence_is_no_recording(index):
    assert index.find(np.zeros(RATE, np.int16), RATE) == set()
    assert index.find(np.zeros(10, np.int16), RATE) == set()
    silent = FingerprintIndex([(np.zeros(RATE, np.int16), RATE)])
    assert silent.find(np.zeros(RATE, np.int16), RATE) == set()
    assert FingerprintIndex([]).find(np.ones(RATE, np.int16), RATE) == set()


def test_landmarks_move_with_the_sound(recordings):
    samples = to_common_rate(recordings[0], RATE)
    hashes, times = landmarks(samples)
    later, later_times = landmarks(np.concatenate([np.zeros(128 * 50, np.float32), samples]))
    assert len(hashes) > 100
    shared = np.intersect1d(hashes, later)
    assert len(shared) > 0.7 * len(np.unique(hashes))  # more time, more peaks
    first = {h: times[hashes == h].min() for h in shared}
    shifts = [later_times[later == h].min() - first[h] for h in shared]
    assert np.mean(np.array(shifts) == 50) > 0.9


def test_twins_and_trained_clips_are_named(recordings):
    sounds = [*recordings[:4], recordings[1][5000:40000]]
    index = FingerprintIndex([(samples, RATE) for samples in sounds])
    assert find_twins(index, sounds, RATE) == {1: {4}, 4: {1}}
    training = [
        (recordings[number][20000:36000].tobytes(), RATE, f"video{number}") for number in (1, 3, 7)
    ]
    found = find_trained(index, training, len(training))
    assert found == {1: {"video1"}, 3: {"video3"}, 4: {"video1"}}
