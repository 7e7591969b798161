"""The report of a whole run, and of runs that lack a part."""

from __future__ import annotations

import dataclasses
import html.parser
import json
import pathlib
import re

import pytest

from objects_that_sound.components.drift_validator.comparison import DRIFT, SKEW, Comparison
from objects_that_sound.components.drift_validator.divergence_limits import SampleSize
from objects_that_sound.tfx_pipeline.report.evaluator_result import EvaluatorResult
from objects_that_sound.tfx_pipeline.report.report import render_html, write_report
from objects_that_sound.tfx_pipeline.report.report_json import report_json
from objects_that_sound.tfx_pipeline.report.run_summary import (
    Decision,
    RunSummary,
    SpanSummary,
    Stage,
)
from objects_that_sound.tfx_pipeline.report.run_table import run_row


def _write(folder: pathlib.Path, files: dict) -> str:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(json.dumps(content))
    return str(folder)


@pytest.fixture
def summary(tmp_path) -> RunSummary:
    item = {
        "video_id": "a<b>.mp4",
        "time": 1.5,
        "label": "bell",
        "image": "media/0.jpg",
        "sound": "media/0.wav",
        "spectrogram": "media/0.png",
    }
    shown = {"query": item, "nearest": [{**item, "distance": 0.25, "relevant": True}]}
    direction = {"ndcg": 0.81, "chance": 0.22, "num_queries": 9}
    retrieval = _write(
        tmp_path / "retrieval",
        {
            "metrics.json": {
                "relevance": "label",
                "k": 30,
                "num_items": 9,
                "num_queries": 9,
                "image_image": direction,
                "image_audio": direction,
                "audio_image": direction,
                "audio_audio": {"ndcg": None, "chance": None, "num_queries": 0},
            },
            "neighbours.json": {
                "relevance": "label",
                "image_to_sounds": [shown],
                "sound_to_images": [shown],
            },
            "media/0.jpg": b"frame",
            "media/0.wav": b"sound",
            "media/0.png": b"spectrogram",
        },
    )
    sample = {
        "overlay": "samples/0.jpg",
        "sound": "samples/0.wav",
        "sound_label": "bell",
        "score": 0.9,
        "peak": 0.8,
        "hit": 1.0,
    }
    localisation = _write(
        tmp_path / "localisation",
        {
            "metrics.json": {
                "num_examples": 4,
                "pointing_accuracy": 0.77,
                "centre_baseline": 0.3,
                "random_baseline": 0.1,
                "wrong_sound_pointing_accuracy": 0.2,
                "confidence": {"pointing_accuracy": {"low": 0.7, "high": 0.84}},
                "change": {"pointing_accuracy": {"value": 0.02, "low": -0.01, "high": 0.05}},
            },
            "success_curve.png": b"curve",
            "samples.json": [
                {"video_id": "v", "time": 0.5, "label": "bell", "right": sample, "wrong": None}
            ],
            "samples/0.jpg": b"overlay",
            "samples/0.wav": b"own sound",
        },
    )
    return RunSummary(
        title="A run",
        root="runs/demo",
        run_id="2026",
        parameters={"Trainer": {"training.steps": 600, "network.filters": [16, 32]}},
        decision=Decision(True, ("avc_accuracy 0.900 is at least the threshold 0.750",), "17", "d"),
        evaluations=(
            EvaluatorResult(
                "AvcEvaluator",
                metrics={
                    "avc_accuracy": 0.9,
                    "avc_auc": 0.95,
                    "by_class": {"bell": {"accuracy": 0.875, "low": None, "num_pairs": 8}},
                },
            ),
            EvaluatorResult(
                "LocalisationEvaluator",
                localisation,
                json.loads((tmp_path / "localisation" / "metrics.json").read_text()),
                ({"metric": "pointing_accuracy", "passed": False, "text": "0.770 is too low"},),
                ({"metric": "pointing_accuracy", "at_least": 0.8, "max_loss": 0.05},),
            ),
            EvaluatorResult(
                "RetrievalEvaluator",
                retrieval,
                json.loads((tmp_path / "retrieval" / "metrics.json").read_text()),
            ),
            EvaluatorResult(
                "BaselineEvaluator",
                metrics={
                    "chance": 0.5,
                    "ceiling": 0.93,
                    "colour_histogram": {"accuracy": 0.61, "threshold": 0.2},
                },
            ),
        ),
        history={"loss": [1.0, 0.5], "val_loss": [1.1, 0.6], "step": [10, 20]},
        serving={"grpc_milliseconds": 12.5, "answers": [{"request": "score", "grpc": 0.9}]},
        stages=(Stage("Trainer", 12.0, "run"), Stage("Evaluator", 3.5, "cached")),
        data={"num_videos": 5},
        rejects=({"video": "bad.mp4", "reason": "truncated", "detail": "ends early"},),
    )


class _Page(html.parser.HTMLParser):
    """Collects the ids of sections and all addresses, and checks that tags are closed."""

    def __init__(self, page: str):
        super().__init__()
        self.sections: list[str] = []
        self.addresses: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "section":
            self.sections.append(values["id"])
        self.addresses += [values[name] for name in ("src", "href") if name in values]
        if tag not in ("meta", "img", "br", "link"):
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag


SECTIONS = [
    "decision",
    "gate",
    "metrics",
    "evaluators",
    "training",
    "localisation",
    "nearest-sounds",
    "nearest-images",
    "serving",
    "data",
    "stages",
    "parameters",
]


def test_json_has_the_figures(summary, tmp_path):
    returned = write_report(summary, tmp_path / "out")
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert returned == report
    assert report["avc_accuracy"] == 0.9
    assert report["avc_chance"] == 0.5
    assert report["avc_ceiling"] == 0.93
    assert report["colour_histogram_accuracy"] == 0.61
    assert report["localisation"]["pointing_accuracy"] == 0.77
    assert report["localisation"]["centre_baseline"] == 0.3
    assert report["retrieval"]["image_audio"] == {"ndcg": 0.81, "chance": 0.22, "num_queries": 9}
    assert report["blessed"] is True
    assert report["reasons"] == ["avc_accuracy 0.900 is at least the threshold 0.750"]
    assert report["pushed_version"] == "17"
    assert report["served"] is True
    assert report["stages"] == [
        {"name": "Trainer", "seconds": 12.0, "status": "run"},
        {"name": "Evaluator", "seconds": 3.5, "status": "cached"},
    ]
    assert report["data"] == {"num_videos": 5}
    assert report["rejects"] == list(summary.rejects)
    assert report["parameters"]["Trainer"]["training.steps"] == 600


def test_page_has_all_parts_and_needs_no_other_file(summary, tmp_path):
    write_report(summary, tmp_path / "out")
    text = (tmp_path / "out" / "report.html").read_text()
    page = _Page(text)
    assert page.sections == SECTIONS
    addresses = [address for address in page.addresses if not address.startswith("#")]
    assert len(addresses) == 9
    assert all(address.startswith("data:") for address in addresses)
    assert {address.split(";")[0] for address in addresses} == {
        "data:image/jpeg",
        "data:image/png",
        "data:audio/x-wav",
    }
    assert "Pushed as version 17" in text
    assert "a&lt;b&gt;.mp4" in text
    assert "truncated: 1" in text


@pytest.mark.parametrize(
    ("field", "value", "missing"),
    [
        ("AvcEvaluator", None, []),
        ("BaselineEvaluator", None, []),
        ("RetrievalEvaluator", None, ["nearest-sounds", "nearest-images"]),
        ("LocalisationEvaluator", None, ["gate", "localisation"]),
        ("history", {}, ["training"]),
        ("serving", None, ["serving"]),
        ("stages", (), ["stages"]),
        ("data", {}, []),
        ("rejects", (), []),
        ("parameters", {}, ["parameters"]),
        ("decision", Decision(), []),
    ],
)
def test_page_without_a_part(summary, field, value, missing):
    if field.endswith("Evaluator"):
        others = tuple(result for result in summary.evaluations if result.node != field)
        field, value = "evaluations", others
    page = _Page(render_html(dataclasses.replace(summary, **{field: value})))
    assert page.sections == [section for section in SECTIONS if section not in missing]


def test_a_run_of_which_nothing_is_known(tmp_path):
    report = write_report(RunSummary("empty"), tmp_path)
    assert _Page((tmp_path / "report.html").read_text()).sections == ["decision"]
    assert report["avc_accuracy"] is None
    assert report["localisation"] is None
    assert report["served"] is False


@pytest.mark.parametrize(
    ("decision", "verdict"),
    [
        (Decision(None, ("Trainer failed: no examples",)), "the run did not reach a decision"),
        (Decision(False, ("avc_accuracy 0.610 is below the threshold 0.800",)), "Not pushed"),
        (Decision(True, ()), "Blessed, but not pushed"),
    ],
)
def test_verdict_and_reasons_are_said(decision, verdict):
    page = render_html(RunSummary("run", decision=decision))
    assert verdict in page
    assert all(reason in page for reason in decision.reasons)


def test_the_gates_table_has_value_change_bound_and_verdict(summary):
    page = render_html(summary)
    table = page[page.index('<section id="gate">') : page.index('<section id="metrics">')]
    words = " ".join(re.sub("<[^>]+>", " ", table).split())
    assert (
        "Pointing accuracy failed Localisation 0.770 0.700 … 0.840 +0.020 -0.010 … +0.050 "
        "≥ 0.8 loss ≤ 0.05"
    ) in words
    assert "passed" not in words
    [row] = report_json(summary)["decisions"]
    assert row["figure"] == {"value": 0.77, "low": 0.7, "high": 0.84}
    assert row["passed"] is False


def test_a_sound_benchmark_stands_beside_what_was_published(summary):
    row = {
        "name": "conv4_2 + SVM",
        "accuracy": 0.612,
        "low": 0.5,
        "high": 0.7,
        "folds": {"1": 0.7},
    }
    benchmark = EvaluatorResult(
        "SoundBenchmarkEvaluator",
        metrics={
            "dataset": "esc10",
            "accuracy": 0.612,
            "rows": [row],
            "published": [{"name": "human", "accuracy": 0.957, "source": "Piczak, 2015"}],
        },
    )
    page = render_html(dataclasses.replace(summary, evaluations=(benchmark,)))
    words = " ".join(re.sub("<[^>]+>", " ", page).split())
    assert "conv4_2 + SVM 0.612 0.500 … 0.700 0.700 human Piczak, 2015 0.957 published" in words


def test_says_why_a_figure_is_missing():
    reason = "no example has a box of the object that sounds"
    results = (
        EvaluatorResult("AvcEvaluator", metrics={"avc_accuracy": 0.9}),
        EvaluatorResult(
            "LocalisationEvaluator", metrics={"pointing_accuracy": None, "reason": reason}
        ),
        EvaluatorResult(
            "BaselineEvaluator",
            metrics={"colour_histogram": {"accuracy": None, "reason": "no labels to train on"}},
        ),
    )
    page = render_html(RunSummary("run", evaluations=results))
    assert reason in page
    assert "no labels to train on" in page


def test_figures_that_are_not_finite_become_null(summary, tmp_path):
    diverged = dataclasses.replace(summary, history={"loss": [1.0, float("nan")], "step": [1, 2]})
    report = write_report(diverged, tmp_path / "out")
    assert report["history"]["loss"] == [1.0, None]
    assert json.loads((tmp_path / "out" / "report.json").read_text()) == report


@pytest.fixture
def span(tmp_path) -> SpanSummary:
    picture = {"drift.png": b"\x89PNG drift", "skew.png": b"\x89PNG skew"}
    size = SampleSize(30, 10)
    return SpanSummary(
        number=3,
        window=(1, 3),
        folder=_write(tmp_path / "anomalies", picture),
        comparisons=(
            Comparison(DRIFT, "audio/loudness", 0.95, 0.9, size, size),
            Comparison(SKEW, "image/brightness", 0.9, 1.5, size, SampleSize(6, 2)),
        ),
        overruled=1,
    )


def test_a_span_is_shown_with_what_was_compared(summary, span):
    summary = dataclasses.replace(summary, span=span)
    page = render_html(summary)
    assert "<h2>Span 3</h2>" in page
    assert "Trained on spans 1, 3." in page
    assert "Differences accepted on demand: 1." in page
    assert "1 of 1 distributions differs" in page
    assert "none of 1 distributions differ" in page
    assert "too few videos to tell" in page
    report = report_json(summary)["span"]
    assert (report["number"], report["window"], report["overruled"]) == (3, [1, 3], 1)
    loudness, brightness = report["comparisons"]
    assert (loudness["passed"], brightness["passed"], brightness["too_few"]) == (False, True, True)
    assert loudness["size"] == [30, 10]


def test_plain_runs_have_no_span(summary):
    assert report_json(summary)["span"] is None
    assert 'id="span"' not in render_html(summary)


def test_a_row_of_the_table_of_runs(summary, span):
    row = run_row(dataclasses.replace(summary, span=span))
    assert (row["span"], row["window"]) == (3, "1,3")
    assert row["run"] == summary.run_id
    assert row["ndcg_image_audio"] == 0.81
    assert row["version"] == summary.decision.pushed_version
    assert row["decision"] == "pushed"


@pytest.mark.parametrize(
    ("decision", "failed", "words"),
    [
        (Decision(blessed=False), "", "not blessed"),
        (Decision(blessed=True), "", "blessed, not pushed"),
        (Decision(), "", "not finished"),
        (Decision(), "Trainer", "Trainer failed"),
        (Decision(), "DataGate", "videos refused"),
    ],
)
def test_the_tables_decisions(decision, failed, words):
    stages = (Stage(failed, 1.0, "failed"),) if failed else ()
    assert run_row(RunSummary("t", decision=decision, stages=stages))["decision"] == words
