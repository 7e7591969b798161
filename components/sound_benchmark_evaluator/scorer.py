"""Accuracies on a benchmark's tested clips."""

from __future__ import annotations

import numpy as np

from objects_that_sound.components.evaluation.bootstrap import Statistic
from objects_that_sound.components.sound_benchmark_evaluator.benchmark import Benchmark


class Scorer:
    """Accuracies on a benchmark's tested clips."""

    def __init__(self, benchmark: Benchmark):
        self._benchmark = benchmark
        self.fold_of = np.full(len(benchmark.clips), -1)  # [clips]
        for number, fold in enumerate(benchmark.folds):
            self.fold_of[list(fold.test)] = number
        self.tested = np.flatnonzero(self.fold_of >= 0)  # numbers of clips

    @property
    def clusters(self) -> list[str]:
        """Of each tested clip, its original recording: the unit of the bootstrap."""
        return [self._benchmark.clips[i].source for i in self.tested]

    @property
    def chance(self) -> float:
        """Accuracy of whoever always says the class that is most frequent among the tested."""
        _, counts = np.unique(self._benchmark.labels[self.tested], return_counts=True)
        return float(counts.max() / counts.sum())

    def accuracy(self, right: np.ndarray) -> Statistic:
        """Makes the mean of the folds' accuracies a statistic of rows of tested clips."""
        values, folds = right[self.tested], self.fold_of[self.tested]

        def mean_of_folds(rows: np.ndarray) -> float:
            counts = np.bincount(folds[rows])
            sums = np.bincount(folds[rows], values[rows])
            return float(np.mean(sums[counts > 0] / counts[counts > 0]))

        return mean_of_folds

    def by_fold(self, right: np.ndarray) -> dict[str, float]:
        """Accuracy by fold."""
        return {fold.name: float(np.mean(right[list(fold.test)])) for fold in self._benchmark.folds}

    def by_class(self, right: np.ndarray) -> np.ndarray:
        """Accuracy by class, float[classes]; NaN where none of a class is tested."""
        labels = self._benchmark.labels[self.tested]
        found = []
        for name in self._benchmark.classes:
            mine = right[self.tested][labels == name]
            found.append(mine.mean() if len(mine) else np.nan)
        return np.array(found)

    def confusion(self, predicted: np.ndarray) -> np.ndarray:
        """Counts of tested clips, int[true classes, predicted classes]."""
        classes = self._benchmark.classes
        counts = np.zeros((len(classes), len(classes)), int)
        true = np.searchsorted(classes, self._benchmark.labels[self.tested])
        np.add.at(counts, (true, np.searchsorted(classes, predicted[self.tested])), 1)
        return counts
