"""Finds which of many recordings a sound is a part of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import signal

from objects_that_sound.components.sound_benchmark_evaluator.fingerprint import (
    HOP_SECONDS,
    SAMPLE_RATE,
    landmarks,
    to_common_rate,
)

# Measured on ESC-10, see docs/laboratory/evaluation.md: of seconds compressed by AAC, MP3 or Opus, 92 % have as
# many votes, and none of these correlates by less than 0.58; other recordings reach 0.25.
_MIN_VOTES = 5
_MIN_CORRELATION = 0.5

_HOP = round(HOP_SECONDS * SAMPLE_RATE)
_SLACK = 3 * _HOP  # samples by which landmarks may misplace a sound
_LONG = 1 << 32  # longer than any recording, in hops
_MIDDLE = _LONG // 2


class FingerprintIndex:
    """Recordings that sounds are compared with.

    Candidates are those that share many landmarks with the sound at one shift in time; of them
    those are matches whose waveform at this shift correlates with the sound's. That a hum or a
    whistle resembles another one does not make them the same recording.
    """

    def __init__(self, recordings: Sequence[tuple[np.ndarray, int]]):
        """Computes the landmarks.

        Args:
            recordings: int16[n] mono samples and their rate in Hz.
        """
        found = []
        self._waveforms: list[np.ndarray] = []  # float16[m] at SAMPLE_RATE: half the memory
        for samples, sample_rate in recordings:
            sound = to_common_rate(samples, sample_rate)
            found.append(landmarks(sound))
            self._waveforms.append(sound.astype(np.float16))
        hashes = np.concatenate([np.zeros(0, np.uint32), *(hashes for hashes, _ in found)])
        order = np.argsort(hashes, kind="stable")
        times = np.concatenate([np.zeros(0, np.int32), *(times for _, times in found)])
        owners = np.repeat(np.arange(len(found)), [len(hashes) for hashes, _ in found])
        self._hashes = hashes[order]  # ascending
        self._times = times[order].astype(np.int64)
        self._owners = owners[order].astype(np.int64)

    def find(self, samples: np.ndarray, sample_rate: int) -> set[int]:
        """Finds the recordings that a sound is a part of.

        Args:
            samples: int16[n], about a second, mono.
            sample_rate: in Hz.

        Returns:
            Their numbers; none for silence.
        """
        sound = to_common_rate(samples, sample_rate)
        found: set[int] = set()
        for recording, shift in self._candidates(sound):
            if recording not in found and self._correlates(sound, recording, shift):
                found.add(recording)
        return found

    def _candidates(self, sound: np.ndarray) -> list[tuple[int, int]]:
        """Recordings and shifts in hops that have enough votes."""
        hashes, times = landmarks(sound)
        first = np.searchsorted(self._hashes, hashes, "left")
        count = np.searchsorted(self._hashes, hashes, "right") - first
        # Ranges first..first+count one after another.
        rows = np.repeat(first - (np.cumsum(count) - count), count) + np.arange(count.sum())
        shifts = self._times[rows] - np.repeat(times, count)
        keys, votes = np.unique(self._owners[rows] * _LONG + _MIDDLE + shifts, return_counts=True)
        if not len(keys):
            return []
        # A sound that begins between two hops votes for both shifts.
        later = np.minimum(np.searchsorted(keys, keys + 1), len(keys) - 1)
        votes = votes + np.where(keys[later] == keys + 1, votes[later], 0)
        return [
            (int(key // _LONG), int(key % _LONG - _MIDDLE)) for key in keys[votes >= _MIN_VOTES]
        ]

    def _correlates(self, sound: np.ndarray, recording: int, shift: int) -> bool:
        waveform = self._waveforms[recording]
        start = shift * _HOP - _SLACK
        length = len(sound) + 2 * _SLACK
        part = waveform[max(0, start) : max(0, start + length)].astype(np.float32)
        part = np.pad(part, (max(0, -start), 0))  # silence before and after the recording
        part = np.pad(part, (0, max(0, length - len(part))))
        products = signal.correlate(part, sound, "valid", method="fft")  # [2 * _SLACK + 1]
        sums = np.concatenate([[0.0], np.cumsum(part.astype(np.float64) ** 2)])
        energy = (sums[len(sound) :] - sums[: -len(sound)]) * float(
            np.sum(sound.astype(float) ** 2)
        )
        # Wrong polarity, from a swapped cable, is the same recording too.
        correlation = np.abs(products) / np.sqrt(np.maximum(energy, 1e-9))
        return bool(correlation.max() >= _MIN_CORRELATION)
