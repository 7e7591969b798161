"""What evaluators find, written and read."""

from __future__ import annotations

import dataclasses
import json

import pytest

from objects_that_sound.components.evaluation.decision import Decision
from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.evaluation_result import (
    EvaluationResult,
    read_evaluation_result,
)
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.metric import Better, Metric, Rank
from objects_that_sound.components.evaluation.result_table import ResultTable

FULL = MeasuredMetric(
    Metric("fires", "Fires at silence", Better.LOWER, Rank.MINOR, "s"),
    Estimate(0.1, 0.05, 0.2),
    Estimate(-0.1),
    0.9,
    0.0,
    {"Other": Estimate(0.5)},
)
RESULT = EvaluationResult(
    "localisation",
    "Localisation",
    (FULL, MeasuredMetric(Metric("pointing", "Pointing"), missing="there are no boxes")),
    ("One sentence.",),
    (ResultTable("By class", ("Class", "Accuracy"), (("drum", 0.5), ("voice", None))),),
    {"seed": 0},
    (Decision("fires", True, "fires is at most 0.3", "≤ 0.3"),),
)


@pytest.mark.parametrize("result", [RESULT, dataclasses.replace(RESULT, decisions=None)])
def test_what_is_read_is_what_was_written(result, tmp_path):
    result.write(str(tmp_path / "folder"))
    assert read_evaluation_result(str(tmp_path / "folder")) == result


def test_an_end_that_is_not_known_is_null(tmp_path):
    RESULT.write(str(tmp_path))
    change = json.loads((tmp_path / "metrics.json").read_text())["metrics"][0]["change"]
    assert change == {"value": -0.1, "low": None, "high": None}


def test_a_metric_is_found_by_its_name():
    assert RESULT["fires"] == FULL
    with pytest.raises(KeyError, match="accuracy"):
        RESULT["accuracy"]


def test_a_folder_without_figures_has_no_result(tmp_path):
    assert read_evaluation_result(str(tmp_path)) is None


def test_a_figure_that_is_not_a_number_is_an_error(tmp_path):
    wrong = MeasuredMetric(Metric("a", "A"), Estimate(0.5), chance=float("nan"))
    with pytest.raises(ValueError, match="JSON"):
        EvaluationResult("a", "A", [wrong]).write(str(tmp_path))
