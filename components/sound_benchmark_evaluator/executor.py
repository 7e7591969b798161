"""The work of SoundBenchmarkEvaluator."""

from __future__ import annotations

from typing import Any

from tfx import types
from tfx.dsl.components.base import base_executor
from tfx.types import artifact_utils

from objects_that_sound.components.evaluation.blessing import write_blessing
from objects_that_sound.components.evaluation.threshold import thresholds_from_json
from objects_that_sound.components.sound_benchmark_evaluator.evaluate import (
    evaluate_sound_benchmark,
)


class Executor(base_executor.BaseExecutor):
    """Classifies the benchmark's clips and judges the accuracy."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Writes the benchmark's figures, pictures and the verdict.

        Args:
            input_dict: `model`, one artifact of type Model, and perhaps `baseline_model`, another
                one, and `examples`, artifacts of type Examples.
            output_dict: `evaluation`, one artifact of type Evaluation.
            exec_properties: `dataset`, `data`, `hop_seconds`, `random_networks`, `batch_size` and
                `thresholds`.

        Raises:
            ValueError: the benchmark's folder can't be used, or a feature is not finite.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        evaluation = artifact_utils.get_single_instance(output_dict["evaluation"])
        baseline = input_dict.get("baseline_model")
        decisions = evaluate_sound_benchmark(
            evaluation.uri,
            dataset=exec_properties["dataset"],
            data=exec_properties["data"],
            model=artifact_utils.get_single_uri(input_dict["model"]),
            baseline_model=artifact_utils.get_single_uri(baseline) if baseline else None,
            examples=input_dict.get("examples") or (),
            thresholds=thresholds_from_json(exec_properties["thresholds"]),
            hop_seconds=exec_properties["hop_seconds"],
            random_networks=exec_properties["random_networks"],
            batch_size=exec_properties["batch_size"],
        )
        write_blessing(evaluation, decisions)
