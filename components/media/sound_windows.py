"""Windows of sound, filled piece by piece."""

from __future__ import annotations

import bisect
from collections.abc import Iterable

import numpy as np


class SoundWindows:
    """Collects equally long windows of sound from pieces that arrive in any order.

    Attributes:
        starts: position of each window's first sample.
        windows: int16 [windows, samples], silence where no piece came.
    """

    def __init__(self, starts: Iterable[int], length: int):
        """Creates empty windows.

        Args:
            starts: position of each window's first sample; ascending.
            length: samples in each window.
        """
        self.starts = list(starts)
        self.windows = np.zeros((len(self.starts), length), np.int16)
        self._covered = np.zeros(self.windows.shape, bool)
        self._overlap = np.zeros(len(self.starts), np.int64)

    def add(self, position: int, samples: np.ndarray) -> None:
        """Copies the parts of a piece that fall into windows."""
        length = self.windows.shape[1]
        begin = bisect.bisect_right(self.starts, position - length)
        end = bisect.bisect_left(self.starts, position + len(samples))
        for row in range(begin, end):
            start = self.starts[row]
            first = max(start, position)
            last = min(start + length, position + len(samples))
            part = slice(first - start, last - start)
            self.windows[row, part] = samples[first - position : last - position]
            self._overlap[row] += self._covered[row, part].sum()
            self._covered[row, part] = True

    def missing(self) -> np.ndarray:
        """How many samples each window lacks: int64 [windows]."""
        return self.windows.shape[1] - self._covered.sum(1)

    def overlapping(self) -> np.ndarray:
        """How many samples of each window more than one piece claimed: int64 [windows]."""
        return self._overlap
