"""What SoundBenchmarkEvaluator is: its metrics and options."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Annotated, Any, Literal, cast

from annotated_types import Ge, Gt, Le

from objects_that_sound.components.evaluation.dataset_and_folder import dataset_and_folder
from objects_that_sound.components.evaluation.evaluator import Evaluator
from objects_that_sound.components.evaluation.evaluator_options import EvaluatorOptions
from objects_that_sound.components.evaluation.metric import Metric, Rank

ACCURACY = Metric("accuracy", "Sound accuracy, conv4_2", rank=Rank.HEADLINE)
EMBEDDING_ACCURACY = Metric("embedding_accuracy", "Sound accuracy, embedding")
GAIN_OVER_RANDOM = Metric("gain_over_random", "Gain over random networks, conv4_2")
EMBEDDING_GAIN_OVER_RANDOM = Metric(
    "embedding_gain_over_random", "Gain over random networks, embedding"
)
GAIN_OVER_MFCC = Metric("gain_over_mfcc", "Gain over MFCC, conv4_2")

Dataset = Literal["esc50", "esc10", "urbansound8k", "dcase2013", "dcase2016", "folder"]


@dataclasses.dataclass(frozen=True)
class SoundBenchmarkOptions(EvaluatorOptions):
    """What is measured, and how."""

    dataset: Annotated[Dataset, "Layout of the folder; `folder` is any in ESC-50's."]
    data: Annotated[str, "Folder of the benchmark, unpacked."]
    hop_seconds: Annotated[
        float, "Seconds between the starts of two windows of one second.", Gt(0), Le(1)
    ] = 0.5
    random_networks: Annotated[int, "Number of untrained networks to compare with.", Ge(0)] = 3
    batch_size: Annotated[int, "Windows that a model hears at once.", Ge(1)] = 32

    def check_files(self) -> None:
        """See `EvaluatorOptions.check_files`; reads the list of clips."""
        from objects_that_sound.components.sound_benchmark_evaluator.layouts import read_benchmark

        read_benchmark(self.dataset, self.data)


def _options_of_run(run: Mapping[str, Any]) -> SoundBenchmarkOptions | None:
    """Reads `sound_benchmark`; without it the run leaves the evaluator out."""
    dataset, data = dataset_and_folder(run.get("sound_benchmark") or "")
    return SoundBenchmarkOptions(cast(Dataset, dataset), data) if dataset else None


_PACKAGE = "objects_that_sound.components.sound_benchmark_evaluator"

SOUND_BENCHMARK = Evaluator(
    name="sound_benchmark",
    title="Sound benchmark",
    help="What are the sound's features worth? ESC-50, ESC-10, DCASE, UrbanSound8K.",
    metrics=(
        ACCURACY,
        EMBEDDING_ACCURACY,
        GAIN_OVER_RANDOM,
        EMBEDDING_GAIN_OVER_RANDOM,
        GAIN_OVER_MFCC,
    ),
    function=f"{_PACKAGE}.evaluate:evaluate_sound_benchmark",
    component=f"{_PACKAGE}.component:SoundBenchmarkEvaluator",
    options=SoundBenchmarkOptions,
    inputs=("examples",),
    optional_inputs=("examples",),
    examples_help="Examples that the model was trained on; clips that sound in their split `train` "
    "are left out",
    with_chance=(ACCURACY, EMBEDDING_ACCURACY),
    with_baselines=(ACCURACY, EMBEDDING_ACCURACY),
    options_of_run=_options_of_run,
)
