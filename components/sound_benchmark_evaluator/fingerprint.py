"""Recognises a recording by the pattern of its spectral peaks.

Pairs of peaks of the spectrogram (Wang, "An Industrial-Strength Audio Search Algorithm", ISMIR
2003): the peaks of a sound stay where they are when it is compressed or resampled, and many pairs
with the same distance in time to those of another sound are no coincidence.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import ndimage, signal

SAMPLE_RATE = 8000
"""All sounds are compared at this rate, in Hz."""

HOP_SECONDS = 0.016
"""Unit of the times of `landmarks`."""

_WINDOW = 512
_HOP = round(HOP_SECONDS * SAMPLE_RATE)
_LOWEST_BIN = 6  # hum and handling noise below 100 Hz
_NEIGHBOURHOOD = (13, 9)  # bins and frames in which a peak is the largest
_RANGE_DB = 50.0  # below the loudest peak of the sound
_FLOOR_DB = -75.0  # of full scale: codecs leave no peaks as quiet
_PEAKS_PER_SECOND = 40
_FAN_OUT = 6
_LONGEST_PAIR = 40  # frames
_WIDEST_PAIR = 63  # bins


def to_common_rate(samples: np.ndarray, sample_rate: int) -> np.ndarray:
    """Resamples to SAMPLE_RATE.

    Args:
        samples: int16[n], mono.
        sample_rate: in Hz.

    Returns:
        float32[m] in -1..1.
    """
    divisor = math.gcd(SAMPLE_RATE, sample_rate)
    scaled = samples.astype(np.float32) / 32768.0
    return signal.resample_poly(scaled, SAMPLE_RATE // divisor, sample_rate // divisor)


def landmarks(sound: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Finds pairs of spectral peaks.

    Args:
        sound: float32[n] in -1..1 at SAMPLE_RATE.

    Returns:
        uint32[pairs], their frequencies and their distance in time as a number; and int32[pairs],
        the time of each pair's first peak in units of HOP_SECONDS. Empty for silence.
    """
    bins, frames = _peaks(sound)
    count = len(bins)
    hashes, times = [], []
    # Peaks are in order of time: the k-th next one is a neighbour in time.
    paired = np.zeros(count, np.int64)
    for ahead in range(1, count):
        first, second = np.arange(count - ahead), np.arange(ahead, count)
        distance = frames[second] - frames[first]
        interval = bins[second] - bins[first]
        good = (distance >= 1) & (distance <= _LONGEST_PAIR) & (np.abs(interval) <= _WIDEST_PAIR)
        good &= paired[first] < _FAN_OUT
        first, second = first[good], second[good]
        paired[first] += 1
        hashes.append((bins[first] << 15 | bins[second] << 6 | distance[good]).astype(np.uint32))
        times.append(frames[first].astype(np.int32))
        if not (distance <= _LONGEST_PAIR).any():
            break
    if not hashes:
        return np.zeros(0, np.uint32), np.zeros(0, np.int32)
    return np.concatenate(hashes), np.concatenate(times)


def _peaks(sound: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bins and frames of the largest peaks, in order of time: both int64[peaks]."""
    if len(sound) < _WINDOW:
        sound = np.pad(sound, (0, _WINDOW - len(sound)))
    _, _, spectrum = signal.stft(
        sound, nperseg=_WINDOW, noverlap=_WINDOW - _HOP, boundary=None, padded=False
    )
    level = 20 * np.log10(np.abs(spectrum) + 1e-9)  # [bins, frames]
    level[:_LOWEST_BIN] = -np.inf
    largest = ndimage.maximum_filter(level, _NEIGHBOURHOOD)
    loud = np.maximum(level.max() - _RANGE_DB, _FLOOR_DB)
    bins, frames = np.nonzero((level == largest) & (level > loud))
    limit = max(1, round(_PEAKS_PER_SECOND * len(sound) / SAMPLE_RATE))
    kept = np.argsort(-level[bins, frames], kind="stable")[:limit]
    order = np.lexsort((bins[kept], frames[kept]))
    return bins[kept][order], frames[kept][order]
