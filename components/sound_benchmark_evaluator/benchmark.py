"""A benchmark of labelled sounds with its official folds."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence

import numpy as np

from objects_that_sound.components.evaluation.benchmark_error import BenchmarkError


@dataclasses.dataclass(frozen=True)
class Clip:
    """A labelled sound file.

    Attributes:
        path: of the file.
        name: of the file within the benchmark.
        label: its class.
        source: the original recording that it is cut from, or its place.
    """

    path: str
    name: str
    label: str
    source: str


@dataclasses.dataclass(frozen=True)
class Fold:
    """Clips to train on and clips to test.

    Attributes:
        name: of the fold, as the benchmark calls it.
        train: numbers of clips.
        test: numbers of clips; those of each fold are others.
    """

    name: str
    train: tuple[int, ...]
    test: tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class Benchmark:
    """Clips and folds; folds that leak can't be made.

    Attributes:
        name: of the benchmark.
        clips: all of them.
        folds: official ones, where there are.
        folds_from: who says which clips are in which fold.

    Raises:
        BenchmarkError: a clip, or clips of one original recording, are on both sides of a fold, a
            clip is tested twice, there is no fold or an empty one, or there are no two classes.
    """

    name: str
    clips: tuple[Clip, ...]
    folds: tuple[Fold, ...]
    folds_from: str

    def __post_init__(self):
        tested: set[int] = set()
        for fold in self.folds:
            both = {self.clips[i].source for i in fold.train} & {
                self.clips[i].source for i in fold.test
            }
            if both:
                names = [clip.name for clip in self.clips if clip.source in both]
                raise BenchmarkError(
                    f"{self.name}: fold {fold.name} leaks: it tests and trains on cuts of the same "
                    f"{len(both)} recordings, such as {', '.join(names[:4])}. Put all cuts of a "
                    f"recording into the same fold"
                )
            if tested & set(fold.test):
                name = self.clips[min(tested & set(fold.test))].name
                raise BenchmarkError(f"{self.name}: {name} is tested in two folds")
            tested |= set(fold.test)
        self._check_folds()

    def _check_folds(self) -> None:
        if not self.folds:
            raise BenchmarkError(
                f"{self.name}: no fold is left that trains on two classes and tests one of them"
            )
        if len(self.classes) < 2:
            raise BenchmarkError(
                f"{self.name}: the clips are of {len(self.classes)} class; two at least are needed"
            )
        for fold in self.folds:
            if not fold.test:
                raise BenchmarkError(f"{self.name}: fold {fold.name} has no clip to test")

    @property
    def classes(self) -> list[str]:
        """All classes, in alphabetical order."""
        return sorted({clip.label for clip in self.clips})

    @property
    def labels(self) -> np.ndarray:
        """Each clip's class, str[clips]."""
        return np.array([clip.label for clip in self.clips])

    @property
    def num_tested(self) -> int:
        """Number of clips that the folds test."""
        return sum(len(fold.test) for fold in self.folds)

    def without(self, dropped: Sequence[int]) -> Benchmark:
        """Leaves clips out; folds that have nothing to test then are left out too.

        Raises:
            BenchmarkError: too little remains.
        """
        gone = set(dropped)
        kept = [i for i in range(len(self.clips)) if i not in gone]
        number = {old: new for new, old in enumerate(kept)}
        folds = [
            Fold(
                fold.name,
                tuple(number[i] for i in fold.train if i in number),
                tuple(number[i] for i in fold.test if i in number),
            )
            for fold in self.folds
        ]
        return dataclasses.replace(
            self,
            clips=tuple(self.clips[i] for i in kept),
            folds=tuple(fold for fold in folds if fold.test),
        )

    def untaught(self) -> dict[int, str]:
        """Finds clips that a fold tests though it has none of their class to train on.

        A fold that is left with one class to train on can teach nothing: all that it tests counts.

        Returns:
            By number of the clip, the name of its fold.
        """
        found = {}
        for fold in self.folds:
            taught = {self.clips[i].label for i in fold.train}
            for i in fold.test:
                if len(taught) < 2 or self.clips[i].label not in taught:
                    found[i] = fold.name
        return found

    def without_tests(self, numbers: Collection[int]) -> Benchmark:
        """Tests no fold on some clips, which other folds may still train on.

        Folds that have nothing to test then are left out.

        Raises:
            BenchmarkError: no fold remains.
        """
        folds = [
            dataclasses.replace(fold, test=tuple(i for i in fold.test if i not in numbers))
            for fold in self.folds
        ]
        return dataclasses.replace(self, folds=tuple(fold for fold in folds if fold.test))

    def without_twins(self, twins: dict[int, set[int]]) -> Benchmark:
        """Trains no fold on a clip that is the same recording as one that it tests.

        Args:
            twins: by number of a clip, those of the clips that hold the same sound.
        """
        folds = []
        for fold in self.folds:
            barred = set().union(*(twins.get(i, set()) for i in fold.test))
            train = tuple(i for i in fold.train if i not in barred)
            folds.append(dataclasses.replace(fold, train=train))
        return dataclasses.replace(self, folds=tuple(folds))


def folds_by_name(names: Sequence[str]) -> tuple[Fold, ...]:
    """Makes folds that each test one part and train on all others.

    Args:
        names: of each clip, the part it belongs to.

    Raises:
        BenchmarkError: there is one part only.
    """
    parts = sorted(set(names), key=lambda name: (not name.isdecimal(), name.zfill(9)))
    if len(parts) < 2:
        raise BenchmarkError(f"all {len(names)} clips are in fold {parts[0] if parts else '-'}")
    return tuple(
        Fold(
            part,
            tuple(i for i, name in enumerate(names) if name != part),
            tuple(i for i, name in enumerate(names) if name == part),
        )
        for part in parts
    )
