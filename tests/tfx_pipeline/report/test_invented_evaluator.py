"""An evaluator that no file of the report has ever heard of is shown everywhere."""

from __future__ import annotations

import re

import pytest

from objects_that_sound.components.evaluation.decision import Decision
from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.metric import Better, Metric, Rank
from objects_that_sound.components.evaluation.result_table import ResultTable
from objects_that_sound.tfx_pipeline.report.comparison import compare_metrics, render_comparison
from objects_that_sound.tfx_pipeline.report.report import render_html
from objects_that_sound.tfx_pipeline.report.report_json import report_json
from objects_that_sound.tfx_pipeline.report.run_evaluation import RunEvaluation
from objects_that_sound.tfx_pipeline.report.run_summary import RunSummary
from objects_that_sound.tfx_pipeline.report.run_table import headline_metrics, run_table

HARMONY = Metric("harmony", "Harmony of things", rank=Rank.HEADLINE)
FIRES = Metric("fires_at_thunder", "Fires at thunder", Better.LOWER)
LEVEL = Metric("level", "Level of sounds", Better.NEITHER, unit="dB")
ECHO = Metric("echo", "Echo", rank=Rank.MINOR)
DECIDED = Metric("decided", "Decided on", rank=Rank.MINOR)
GONE = Metric("gone", "Things that are gone")


def _run(value: float) -> RunSummary:
    """A run whose figures, but for one, are all near a value."""
    estimate = Estimate(value, value - 0.05, value + 0.05)
    change = Estimate(0.02, -0.01, 0.05)
    metrics = (
        MeasuredMetric(HARMONY, estimate, change, 0.25, 0.95, {"silent film": Estimate(0.375)}),
        *(MeasuredMetric(metric, estimate) for metric in (FIRES, LEVEL, ECHO, DECIDED)),
        MeasuredMetric(GONE, missing="nothing was ever there"),
    )
    result = EvaluationResult(
        "invented",
        "Invention",
        metrics,
        notes=("Thunder was recorded twice.",),
        tables=(ResultTable("Harmony by key", ("Key", "Harmony", "songs"), (("C", 0.5, 7),)),),
        details={"num_songs": 7},
        decisions=(
            Decision("harmony", True, "harmony is enough", "≥ 0.1"),
            Decision("harmony", False, "harmony is lost", "loss ≤ 0.01"),
            Decision("decided", True, "decided is enough", "≥ 0.1"),
        ),
    )
    return RunSummary(
        "run", run_id=str(value), evaluations=(RunEvaluation("InventedEvaluator", "", result),)
    )


@pytest.fixture
def runs() -> tuple[RunSummary, RunSummary]:
    return _run(0.7), _run(0.3)


def _words(page: str, section: str) -> str:
    part = page[page.index(f'<section id="{section}">') :]
    part = re.sub("<svg.*?</svg>", "", part[: part.index("</section>")], flags=re.DOTALL)
    return " ".join(re.sub("<[^>]+>", " ", part).split())


def test_the_gates_table_has_it(runs):
    words = _words(render_html(runs[0]), "gate")
    assert (
        "Harmony of things failed Invention 0.700 0.650 … 0.750 +0.020 -0.010 … +0.050 "
        "≥ 0.1 loss ≤ 0.01"
    ) in words
    assert "Decided on passed Invention 0.700" in words
    assert "Fires at thunder" not in words


def test_the_main_metrics_stand_beside_what_they_are_compared_with(runs):
    page = render_html(runs[0])
    words = _words(page, "metrics")
    assert "Harmony of things 0.700 0.650 … 0.750 0.250 0.950 silent film 0.375" in words
    assert "Fires at thunder ↓" in words
    assert "Things that are gone not measured: nothing was ever there" in words
    assert "Level of sounds" not in words and "Echo" not in words  # has a unit; is minor
    chart = page[page.index("<svg") : page.index("</svg>")]
    assert "Harmony of things" in chart and "silent film" in chart
    assert "Things that are gone" not in chart


def test_everything_is_on_the_page(runs):
    words = _words(render_html(runs[0]), "evaluators")
    assert "Invention Thunder was recorded twice. Metric" in words
    assert "Level of sounds, dB 0.700" in words and "Echo 0.700" in words
    assert "Harmony by key Key Harmony songs C 0.500 7" in words
    assert "Things that are gone not measured: nothing was ever there" in words


def test_it_is_in_report_json(runs):
    report = report_json(runs[0])
    found = report["evaluations"]["invented"]
    assert found["title"] == "Invention"
    assert list(found["metrics"]) == [
        metric.name for metric in (HARMONY, FIRES, LEVEL, ECHO, DECIDED, GONE)
    ]
    harmony = found["metrics"]["harmony"]
    assert (harmony["value"], harmony["chance"], harmony["better"]) == (0.7, 0.25, "higher")
    assert harmony["baselines"]["silent film"]["value"] == 0.375
    assert found["metrics"]["gone"]["missing"] == "nothing was ever there"
    assert found["notes"] == ["Thunder was recorded twice."]
    assert found["details"] == {"num_songs": 7}
    kept, lost, decided = report["decisions"]
    assert lost == {
        **{"evaluator": "invented", "metric": "harmony", "title": "Harmony of things"},
        **{"value": 0.7, "low": harmony["low"], "high": harmony["high"]},
        "change": {"value": 0.02, "low": -0.01, "high": 0.05},
        **{"bound": "loss ≤ 0.01", "passed": False, "text": "harmony is lost"},
    }
    assert (kept["bound"], kept["passed"], decided["metric"]) == ("≥ 0.1", True, "decided")


def test_a_difference_is_marked_in_the_metrics_own_direction(runs):
    marks = {row.one.metric: row.mark for row in compare_metrics(*runs)}
    assert marks == {
        HARMONY: "worse",
        FIRES: "better",  # lower is better
        LEVEL: "",  # has no better and no worse
        ECHO: "worse",
        DECIDED: "worse",
        GONE: "",
    }
    page = render_comparison(*runs)
    main, minor = _words(page, "metrics").split("More figures")
    assert (
        "Fires at thunder ↓ Invention 0.700 0.650 … 0.750 0.300 0.250 … 0.350 -0.400 ▲ better"
    ) in main
    assert "Decided on Invention" in main
    assert "Echo Invention" in minor and "Decided on" not in minor
    assert "Things that are gone Invention not measured: nothing was ever there" in main


def test_its_headline_is_a_column_of_the_table_of_runs(runs):
    assert headline_metrics(runs) == [HARMONY]
    assert [row["harmony"] for row in run_table(runs)] == [0.7, 0.3]
