"""The real ESC-10, beside the checkout."""

from __future__ import annotations

import numpy as np
import pytest

from objects_that_sound.components.sound_benchmark_evaluator import mfcc
from objects_that_sound.components.sound_benchmark_evaluator.classifier import classify
from objects_that_sound.components.sound_benchmark_evaluator.fingerprint_index import (
    FingerprintIndex,
)
from objects_that_sound.components.sound_benchmark_evaluator.layouts import read_benchmark
from objects_that_sound.components.sound_benchmark_evaluator.sounds import read_clips


@pytest.fixture(scope="module")
def benchmark(shared_data):
    if not (shared_data / "esc10").is_dir():
        pytest.skip("ESC-10 is not in ../shared/data/esc10")
    return read_benchmark("esc10", str(shared_data / "esc10"))


@pytest.mark.slow
def test_mfcc_reach_what_is_known_of_them(benchmark):
    sounds, rejects = read_clips(benchmark.clips, mfcc.SAMPLE_RATE)
    assert rejects == []
    assert [len(fold.test) for fold in benchmark.folds] == [80] * 5
    features = [mfcc.mfcc_statistics(sounds[i])[None] for i in range(len(benchmark.clips))]
    right = classify(benchmark, features).labels == benchmark.labels
    assert np.mean(right) == pytest.approx(0.84, abs=0.02)


def test_a_recording_that_two_official_folds_share_is_found(benchmark):
    """The same child cries in folds 3 and 5, under two numbers of recordings."""
    names = ("3-151080-A-20", "5-151085-A-20", "3-152007-A-20", "1-17367-A-10")
    clips = [clip for clip in benchmark.clips if clip.name.split(".")[0] in names]
    sounds, _ = read_clips(clips, 44100)
    index = FingerprintIndex([(sounds[i], 44100) for i in range(len(clips))])
    pair = [i for i, clip in enumerate(clips) if clip.name.startswith(("3-151080", "5-151085"))]
    found = [index.find(sounds[pair[0]][k * 44100 :][:44100], 44100) for k in range(5)]
    assert set().union(*found) == set(pair)
