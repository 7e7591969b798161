"""Finds clips that hold the same sound as another clip, or as the training data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from tqdm import tqdm

from objects_that_sound.components.sound_benchmark_evaluator.fingerprint_index import (
    FingerprintIndex,
)


def find_twins(
    index: FingerprintIndex, sounds: Sequence[np.ndarray], sample_rate: int
) -> dict[int, set[int]]:
    """Finds clips that share a second of sound.

    Args:
        index: of the same clips.
        sounds: of each clip, int16[n].
        sample_rate: of the sounds, in Hz.

    Returns:
        By number of a clip, the numbers of others; both ways.
    """
    twins: dict[int, set[int]] = {}
    for number, sound in enumerate(
        tqdm(sounds, desc="Benchmark: compare clips", unit="clip", disable=None)
    ):
        for start in range(0, max(1, len(sound) - sample_rate // 2), sample_rate):
            for other in index.find(sound[start : start + sample_rate], sample_rate) - {number}:
                twins.setdefault(number, set()).add(other)
                twins.setdefault(other, set()).add(number)
    return twins


def find_trained(
    index: FingerprintIndex, training: Iterable[tuple[bytes, int, str]], total: int
) -> dict[int, set[str]]:
    """Finds clips that the model was trained on.

    Args:
        index: of the clips.
        training: PCM (int16, mono), its rate in Hz, and the video's id, of each example.
        total: how many there are, for the progress bar.

    Returns:
        By number of a clip, ids of the videos that hold its sound.
    """
    found: dict[int, set[str]] = {}
    bar = tqdm(
        training, total=total, desc="Benchmark: search training data", unit="example", disable=None
    )
    for pcm, sample_rate, video in bar:
        for number in index.find(np.frombuffer(pcm, "<i2"), sample_rate):
            found.setdefault(number, set()).add(video)
    return found
