"""The rows of an evaluator's figures."""

from __future__ import annotations

import json
import pathlib

import pytest

from objects_that_sound.tfx_pipeline.report.evaluator_result import (
    EvaluatorResult,
    read_evaluator_result,
)
from objects_that_sound.tfx_pipeline.report.measured_metric import (
    Interval,
    MeasuredMetric,
    measured_metrics,
)


def test_value_interval_change_bounds_and_verdict():
    result = EvaluatorResult(
        "LocalisationEvaluator",
        metrics={
            "num_examples": 90,
            "pointing_accuracy": 0.8,
            "fires_silence": 0.02,
            "centre_baseline": 0.3,
            "ciou": None,
            "reason": "words",
            "confidence": {"pointing_accuracy": {"low": 0.7, "high": 0.9}},
            "change": {"pointing_accuracy": {"value": -0.01, "low": -0.03, "high": 0.01}},
        },
        decisions=(
            {"metric": "pointing_accuracy", "passed": True, "text": "enough"},
            {"metric": "pointing_accuracy", "passed": False, "text": "a loss"},
            {"metric": "ciou", "passed": False, "text": "ciou was not measured: no boxes"},
        ),
        thresholds=(
            {"metric": "pointing_accuracy", "at_least": 0.6, "max_loss": 0.02},
            {"metric": "ciou", "at_least": 0.1},
        ),
    )
    pointing, ciou, silence, centre = measured_metrics(result)
    assert pointing == MeasuredMetric(
        evaluator="Localisation",
        metric="pointing_accuracy",
        figure=Interval(0.8, 0.7, 0.9),
        change=Interval(-0.01, -0.03, 0.01),
        bounds=("≥ 0.6", "loss ≤ 0.02"),
        passed=False,
        texts=("enough", "a loss"),
    )
    assert (ciou.name, ciou.figure.value, ciou.passed) == ("cIoU", None, False)
    assert (silence.metric, silence.better, silence.passed) == ("fires_silence", -1, None)
    assert (centre.metric, centre.better) == ("centre_baseline", 0)


def test_names_of_retrieval_are_those_of_its_thresholds():
    figures = {"ndcg": 0.75, "chance": 0.25, "recall": {"1": 0.5}, "num_queries": 4}
    result = EvaluatorResult(
        "RetrievalEvaluator",
        metrics={
            "k": 30,
            "image_audio": figures,
            "audio_audio": {"ndcg": None, "chance": None},
            "confidence": {"recall_at_1_image_audio": {"low": 0.25, "high": None}},
        },
    )
    rows = {row.metric: row for row in measured_metrics(result)}
    assert {name: row.figure.value for name, row in rows.items()} == {
        "ndcg_image_audio": 0.75,
        "ndcg_over_chance_image_audio": 0.5,
        "recall_at_1_image_audio": 0.5,
    }
    assert [row.name for row in rows.values()] == [
        "nDCG, image → sound",
        "nDCG over chance, image → sound",
        "recall@1, image → sound",
    ]
    assert rows["recall_at_1_image_audio"].figure == Interval(0.5, 0.25, None)


@pytest.mark.parametrize(
    ("ends", "apart"),
    [((0.1, 0.2), True), ((0.1, 0.3), False), ((0.5, 0.6), True), ((None, 0.1), False)],
)
def test_intervals_apart(ends: tuple, apart: bool):
    assert Interval(0.35, 0.3, 0.4).apart_from(Interval(0.15, *ends)) is apart


def test_reading_an_evaluation(tmp_path: pathlib.Path):
    assert read_evaluator_result("AvcEvaluator", str(tmp_path)) is None
    (tmp_path / "metrics.json").write_text('{"avc_accuracy": 0.9}')
    (tmp_path / "roc.png").touch()
    plain = read_evaluator_result("SoundBenchmarkEvaluator", str(tmp_path))
    assert plain is not None
    assert (plain.title, plain.plots, plain.decisions) == ("Sound benchmark", ["roc.png"], ())
    decisions = [{"metric": "avc_accuracy", "passed": True, "text": "well"}]
    (tmp_path / "decisions.json").write_text(json.dumps({"blessed": True, "decisions": decisions}))
    found = read_evaluator_result("AvcEvaluator", str(tmp_path), '[{"metric": "avc_accuracy"}]')
    assert found is not None
    assert found.decisions == tuple(decisions)
    assert found.thresholds == ({"metric": "avc_accuracy"},)
