"""The evaluators and the gate, as the pipeline runs them."""

from __future__ import annotations

import json
import pathlib
import tempfile
from typing import Any

from tfx import types
from tfx.types import standard_artifacts

from benchmarks.gate.small_examples import SmallExamples
from objects_that_sound.components.avc_evaluator.executor import Executor as AvcEvaluator
from objects_that_sound.components.evaluation.artifacts import METRICS_FILE, Evaluation
from objects_that_sound.components.evaluation.blessing import DECISIONS_FILE
from objects_that_sound.components.evaluation.threshold import Threshold, thresholds_to_json
from objects_that_sound.components.localisation_evaluator.executor import (
    Executor as LocalisationEvaluator,
)
from objects_that_sound.components.model_gate.executor import Executor as ModelGate
from objects_that_sound.components.retrieval_evaluator.executor import (
    Executor as RetrievalEvaluator,
)

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

_PARAMETERS: dict[str, dict[str, Any]] = {
    "avc": {},
    "retrieval": {"k": 30, "split": "eval", "label_tree": ""},
    "localisation": {"max_examples": 2000, "seed": 0, "split": "eval"},
}
_EXECUTORS = {
    "avc": AvcEvaluator,
    "retrieval": RetrievalEvaluator,
    "localisation": LocalisationEvaluator,
}


def judge(model: str, data: SmallExamples, baseline_model: str | None = None) -> dict[str, Any]:
    """Lets all evaluators measure a model and the gate decide.

    Args:
        model: path of a SavedModel.
        data: what to measure on.
        baseline_model: path of the one to compare with; None for none.

    Returns:
        `blessed`; the gate's `decisions`; and the evaluators' `metrics`, by evaluator.
    """
    models = {"model": [_model(model)]}
    if baseline_model is not None:
        models["baseline_model"] = [_model(baseline_model)]
    examples = {"avc": {"pairs": [data.pairs]}}
    evaluations = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, executor in _EXECUTORS.items():
            evaluations[name] = Evaluation()
            evaluations[name].uri = f"{folder}/{name}"
            executor().Do(
                {**examples.get(name, {"examples": [data.examples]}), **models},
                {"evaluation": [evaluations[name]]},
                {
                    **_PARAMETERS[name],
                    "batch_size": 64,
                    "thresholds": thresholds_to_json(THRESHOLDS[name]),
                },
            )
        blessing = standard_artifacts.ModelBlessing()
        blessing.uri = f"{folder}/blessing"
        inputs = {name: [evaluation] for name, evaluation in evaluations.items()}
        ModelGate().Do({**models, **inputs}, {"blessing": [blessing]}, {})
        verdict = _read(blessing, DECISIONS_FILE)
        verdict["metrics"] = {
            name: _read(evaluation, METRICS_FILE) for name, evaluation in evaluations.items()
        }
    return verdict


def refusing(verdict: dict[str, Any]) -> set[str]:
    """The evaluators that refuse."""
    return {one["evaluator"] for one in verdict["decisions"] if not one["passed"]}


def _model(path: str) -> types.Artifact:
    artifact = standard_artifacts.Model()
    artifact.uri = path
    return artifact


def _read(artifact: types.Artifact, name: str) -> dict[str, Any]:
    return json.loads((pathlib.Path(artifact.uri) / name).read_text())
