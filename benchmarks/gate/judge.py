"""The evaluators' and the gate's verdict on a model, as in the pipeline."""

from __future__ import annotations

import dataclasses
import tempfile
from typing import Any

from benchmarks.gate.small_examples import SmallExamples
from objects_that_sound.components.avc_evaluator.evaluator import AVC
from objects_that_sound.components.evaluation.evaluate_and_judge import evaluate_and_judge
from objects_that_sound.components.evaluation.threshold import Threshold
from objects_that_sound.components.localisation_evaluator.evaluator import LOCALISATION
from objects_that_sound.components.retrieval_evaluator.evaluator import RETRIEVAL

THRESHOLDS = {
    "avc": [Threshold("avc_accuracy", at_least=0.8, max_loss=0.1)],
    "retrieval": [
        Threshold("ndcg_over_chance_image_audio", at_least=0.5, max_loss=0.15),
        Threshold("ndcg_over_chance_audio_image", at_least=0.5, max_loss=0.15),
    ],
    "localisation": [
        Threshold("pointing_accuracy", at_least=0.7, max_loss=0.15),
        Threshold("fires_silence", at_most=0.2),
    ],
}
"""From eight seeds (100 to 107) that are not judged by them. A margin is three standard deviations of
the change from seed to seed and half its interval; a lower bound leaves as much room below the mean."""

_BATCH = 64


def judge(model: str, data: SmallExamples, baseline_model: str | None = None) -> dict[str, Any]:
    """Lets all evaluators measure a model; it is blessed if all their thresholds are met.

    Args:
        model: path of a SavedModel.
        data: what to measure on.
        baseline_model: path of the one to compare with; None for none.

    Returns:
        `blessed`; the `decisions`, each with its `evaluator`; and the `metrics`, by evaluator and
        name.
    """
    inputs = {"pairs": data.pairs, "examples": [data.examples]}
    decisions, metrics = [], {}
    for evaluator in (AVC, RETRIEVAL, LOCALISATION):
        given = {name: inputs[name] for name in evaluator.inputs if name in inputs}
        options = evaluator.options(batch_size=_BATCH)
        with tempfile.TemporaryDirectory() as folder:
            result = evaluate_and_judge(
                evaluator,
                model,
                baseline_model,
                given,
                options=options,
                thresholds=THRESHOLDS[evaluator.name],
                folder=folder,
            )
        name = evaluator.name
        decisions += [
            {"evaluator": name, **dataclasses.asdict(decision)}
            for decision in result.decisions or ()
        ]
        metrics[name] = {one.metric.name: one.to_json() for one in result.metrics}
    blessed = all(decision["passed"] for decision in decisions)
    return {"blessed": blessed, "decisions": decisions, "metrics": metrics}


def refusing(verdict: dict[str, Any]) -> set[str]:
    """The evaluators that refuse."""
    return {one["evaluator"] for one in verdict["decisions"] if not one["passed"]}
