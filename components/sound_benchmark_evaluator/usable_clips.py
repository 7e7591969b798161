"""The clips of a benchmark that can be read and that teach nobody what they ask."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np

from objects_that_sound.components.evaluation import example_fields
from objects_that_sound.components.evaluation.benchmark_error import BenchmarkError
from objects_that_sound.components.evaluation.read_examples import (
    check_split,
    count_examples,
    read_examples,
    splits,
)
from objects_that_sound.components.sound_benchmark_evaluator.benchmark import (
    Benchmark,
)
from objects_that_sound.components.sound_benchmark_evaluator.fingerprint_index import (
    FingerprintIndex,
)
from objects_that_sound.components.sound_benchmark_evaluator.leaks import find_trained, find_twins
from objects_that_sound.components.sound_benchmark_evaluator.sounds import Reject, read_clips
from objects_that_sound.models import examples as contract

_SEEN_SPLITS = ("train", "val")
"""Of which the latter has chosen the epoch; not all examples have it."""
_IN_TRAINING_DATA = "in_training_data"
_CLASS_NOT_TRAINED = "class_not_trained"


@dataclasses.dataclass(frozen=True)
class UsableClips:
    """What is left of a benchmark, with its sounds.

    Attributes:
        benchmark: clips that are left; no fold trains on a recording that it tests, or tests a
            class that it does not train.
        sounds: sound of each clip, int16[n].
        sample_rate: rate of the sounds, in Hz.
        rejects: clips that are left out.
        same_recordings: names of clips that hold the same sound though the benchmark says otherwise.
        num_tested: number of clips that the folds test.
        num_official: number of clips that they would test if none were left out.
    """

    benchmark: Benchmark
    sounds: list[np.ndarray]
    sample_rate: int
    rejects: list[Reject]
    same_recordings: list[tuple[str, str]]
    num_tested: int
    num_official: int

    @property
    def complete(self) -> bool:
        """Whether everything is tested; figures are the benchmark's own only then."""
        return self.num_tested == self.num_official

    @property
    def basis(self) -> str:
        """What the figures are of, for people."""
        name = self.benchmark.name
        return name if self.complete else f"{self.num_tested} of {self.num_official} of {name}"


def read_usable_clips(
    benchmark: Benchmark, sample_rate: int, examples: Sequence[str]
) -> UsableClips:
    """Reads all clips, and leaves out what cannot be tested.

    That are clips that can't be read, clips that the model was trained on, and then those whose
    class is left to their fold's test alone: nobody can learn it.

    Args:
        benchmark: all clips.
        sample_rate: rate to read at, in Hz.
        examples: folders of Examples artifacts whose split `train` the model was trained on, and
            whose split `val`, if there is one, said how long.

    Raises:
        BenchmarkError: too few clips are left.
        ValueError: a folder has no split `train`.
    """
    clips = benchmark.clips
    found, rejects = read_clips(clips, sample_rate)
    if not found:
        raise BenchmarkError(
            f"no clip of {benchmark.name} can be read: {rejects[0].name}: {rejects[0].detail}"
        )
    numbers = list(found)  # of clips; the index counts those that were read
    index = FingerprintIndex([(found[i], sample_rate) for i in numbers])
    twins: dict[int, set[int]] = {}
    for i, others in find_twins(index, list(found.values()), sample_rate).items():
        unknown = {
            numbers[j] for j in others if clips[numbers[j]].source != clips[numbers[i]].source
        }
        if unknown:
            twins[numbers[i]] = unknown
    if examples:
        total = sum(count_examples([folder], split) for folder, split in _seen(examples))
        trained = find_trained(index, _training_sounds(examples), total)
        rejects += [
            Reject(
                clips[numbers[i]].name,
                _IN_TRAINING_DATA,
                f"its sound is in the training video {min(videos)}",
            )
            for i, videos in sorted(trained.items())
        ]
    gone = {reject.name for reject in rejects}
    dropped = [i for i, clip in enumerate(clips) if clip.name in gone]
    left = benchmark.without_twins(twins).without(dropped)
    untaught = left.untaught()
    rejects += [
        Reject(
            left.clips[i].name,
            _CLASS_NOT_TRAINED,
            f"fold {fold} cannot be trained on its class, {left.clips[i].label}, by what is left",
        )
        for i, fold in sorted(untaught.items())
    ]
    left = left.without_tests(untaught)
    pairs = {tuple(sorted((clips[i].name, clips[j].name))) for i in twins for j in twins[i]}
    return UsableClips(
        left,
        [sound for i, sound in found.items() if clips[i].name not in gone],
        sample_rate,
        rejects,
        sorted((first, second) for first, second in pairs),
        left.num_tested,
        benchmark.num_tested,
    )


def _training_sounds(examples: Sequence[str]) -> Iterator[tuple[bytes, int, str]]:
    for folder, split in _seen(examples):
        for example in read_examples([folder], split):
            yield (
                example[contract.AUDIO][0],
                example[contract.AUDIO_SAMPLE_RATE][0],
                example_fields.video_id(example),
            )


def _seen(examples: Sequence[str]) -> list[tuple[str, str]]:
    """Folders and splits."""
    check_split(examples, _SEEN_SPLITS[0])
    return [
        (folder, split) for folder in examples for split in _SEEN_SPLITS if split in splits(folder)
    ]
