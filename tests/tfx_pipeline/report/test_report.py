"""The report of a whole run, and of runs that lack a part."""

from __future__ import annotations

import dataclasses
import html
import html.parser
import json
import pathlib
import re
import shutil

import pytest

from objects_that_sound.components.drift_validator.comparison import DRIFT, SKEW, Comparison
from objects_that_sound.components.drift_validator.divergence_limits import SampleSize
from objects_that_sound.components.evaluation.decision import Decision as Bound
from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.metric import Metric, Rank
from objects_that_sound.components.evaluation.result_table import ResultTable
from objects_that_sound.models.training_history import TrainingHistory
from objects_that_sound.tfx_pipeline.report.comparison import render_comparison
from objects_that_sound.tfx_pipeline.report.held_out_clips import HeldOutClip
from objects_that_sound.tfx_pipeline.report.report import render_html, write_report
from objects_that_sound.tfx_pipeline.report.report_json import report_json
from objects_that_sound.tfx_pipeline.report.run_evaluation import RunEvaluation
from objects_that_sound.tfx_pipeline.report.run_summary import (
    Decision,
    RunSummary,
    SpanSummary,
    Stage,
)


def _write(folder: pathlib.Path, files: dict) -> str:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(json.dumps(content))
    return str(folder)


HISTOGRAM = Metric("colour_histogram_accuracy", "Colour histogram")
ACCURACY = MeasuredMetric(
    Metric("avc_accuracy", "AVC accuracy", rank=Rank.HEADLINE),
    Estimate(0.9),
    chance=0.5,
    ceiling=0.93,
    baselines={"Colour histogram": Estimate(0.61)},
)
POINTING = MeasuredMetric(
    Metric("pointing_accuracy", "Pointing accuracy"),
    Estimate(0.77, 0.7, 0.84),
    Estimate(0.02, -0.01, 0.05),
    chance=0.1,
    baselines={"image centre": Estimate(0.3)},
)
FOUND = MeasuredMetric(Metric("ndcg_image_audio", "nDCG@30"), Estimate(0.81), chance=0.22)


def _evaluation(
    name: str, *metrics: MeasuredMetric, folder: str = "", decisions: tuple[Bound, ...] = (), **more
) -> RunEvaluation:
    result = EvaluationResult(name, name.title(), metrics, decisions=decisions, **more)
    return RunEvaluation(f"{name.title()}Evaluator", folder, result)


def _trend_row(run: str, accuracy: float, version: str | None = None) -> dict:
    return {"run": run, "avc_accuracy": accuracy, "version": version}


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
    retrieval = _write(
        tmp_path / "retrieval",
        {
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
            "success_curve.png": b"curve",
            "samples.json": [
                {"video_id": "v", "time": 0.5, "label": "bell", "right": sample, "wrong": None}
            ],
            "samples/0.jpg": b"overlay",
            "samples/0.wav": b"own sound",
        },
    )
    _write(tmp_path / "held_out_clips" / "5", {"0.mp4": b"clip", "0.jpg": b"poster"})
    return RunSummary(
        title="A run",
        root=str(tmp_path),
        candidate="runs/demo/Trainer/model/5",
        run_id="2026",
        parameters={"Trainer": {"training.steps": 600, "network.filters": [16, 32]}},
        decision=Decision(True, ("avc_accuracy 0.900 is at least the threshold 0.750",), "17", "d"),
        evaluations=(
            _evaluation("avc", ACCURACY),
            _evaluation(
                "localisation",
                POINTING,
                folder=localisation,
                decisions=(
                    Bound("pointing_accuracy", False, "0.770 is too low", "≥ 0.8"),
                    Bound("pointing_accuracy", True, "it changed little", "loss ≤ 0.05"),
                ),
            ),
            _evaluation("retrieval", FOUND, folder=retrieval),
            _evaluation("baselines", MeasuredMetric(HISTOGRAM, Estimate(0.61))),
        ),
        history=TrainingHistory(
            {"loss": [1.0, 0.5], "val_loss": [1.1, 0.6], "step": [10, 20]}, 1, False
        ),
        serving={"grpc_milliseconds": 12.5, "answers": [{"request": "score", "grpc": 0.9}]},
        stages=(Stage("Trainer", 12.0, "run"), Stage("Evaluator", 3.5, "cached")),
        data={"num_videos": 5},
        rejects=({"video": "bad.mp4", "reason": "truncated", "detail": "ends early"},),
        held_out_clips=(HeldOutClip("c.mp4", 1.5, "0.mp4", "0.jpg", 0.7),),
        trend=(_trend_row("1", 0.6), _trend_row("2", 0.7, "17")),
    )


class _Page(html.parser.HTMLParser):
    """Collects the ids of sections and all addresses, and checks that tags are closed."""

    def __init__(self, page: str):
        super().__init__()
        self.sections: list[str] = []
        self.addresses: list[str] = []
        self.folded: dict[str, bool] = {}
        self._open: list[str] = []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "section":
            self.sections.append(values["id"])
        if tag == "details" and self._open[-1] == "section":
            self.folded[self.sections[-1]] = "open" not in values
        self.addresses += [values[name] for name in ("src", "poster", "href") if name in values]
        if tag not in ("meta", "img", "br", "link"):
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag


SECTIONS = [
    "decision",
    "advice",
    "clips",
    "localisation",
    "trend",
    "gate",
    "metrics",
    "evaluators",
    "training",
    "nearest-sounds",
    "nearest-images",
    "serving",
    "data",
    "stages",
    "parameters",
    "glossary",
]


def test_json_has_the_figures(summary, tmp_path):
    returned = write_report(summary, tmp_path / "out")
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert returned == report
    assert list(report["evaluations"]) == ["avc", "localisation", "retrieval", "baselines"]
    accuracy = report["evaluations"]["avc"]["metrics"]["avc_accuracy"]
    assert (accuracy["value"], accuracy["chance"], accuracy["ceiling"]) == (0.9, 0.5, 0.93)
    assert accuracy["baselines"]["Colour histogram"]["value"] == 0.61
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
    assert len(addresses) == 12
    assert all(address.startswith("data:") for address in addresses)
    assert {address.split(";")[0] for address in addresses} == {
        "data:image/jpeg",
        "data:image/png",
        "data:audio/x-wav",
        "data:video/mp4",
    }
    assert "Pushed as version 17" in text
    assert "a&lt;b&gt;.mp4" in text
    assert "truncated: 1" in text


@pytest.mark.parametrize(
    ("field", "value", "missing"),
    [
        ("avc", None, ["trend"]),
        ("baselines", None, []),
        ("retrieval", None, ["nearest-sounds", "nearest-images"]),
        ("localisation", None, ["gate", "localisation"]),
        ("history", None, ["training"]),
        ("serving", None, ["serving"]),
        ("stages", (), ["stages"]),
        ("data", {}, []),
        ("rejects", (), []),
        ("parameters", {}, ["parameters"]),
        ("decision", Decision(), []),
        ("held_out_clips", (), ["clips"]),
        ("held_out_clips", None, ["clips"]),
        ("trend", (_trend_row("1", 0.6),), ["trend"]),
    ],
)
def test_page_without_a_part(summary, field, value, missing):
    others = tuple(one for one in summary.evaluations if one.result.evaluator != field)
    if len(others) < len(summary.evaluations):
        field, value = "evaluations", others
    page = _Page(render_html(dataclasses.replace(summary, **{field: value})))
    assert page.sections == [section for section in SECTIONS if section not in missing]


def test_it_begins_with_a_plain_sentence_the_next_step_and_a_picture(summary):
    page = render_html(summary)
    top = html.unescape(page[page.index("<main>") : page.index("<nav")])
    advice = report_json(summary)["advice"]
    assert advice["opening"] in top
    assert advice["next_steps"][0] in top
    assert top.count("<img") == 1
    assert top.index(advice["opening"]) < top.index("<img") < top.index("verdict")


def test_contents_name_all_sections_and_technicalities_are_folded(summary):
    page = _Page(render_html(summary))
    links = [address[1:] for address in page.addresses if address.startswith("#")]
    assert links == page.sections[1:]
    plain = ["decision", "advice", "clips", "localisation", "trend", "glossary"]
    assert page.folded == {name: True for name in page.sections if name not in plain}


def test_the_glossary_explains_what_the_figures_are_called(summary):
    words = html.unescape(render_html(summary))
    for word in ("AVC accuracy", "nDCG@30", "cIoU", "fires"):
        assert f"<dt>{word}</dt>" in words


def test_the_advice_stands_at_the_top_in_the_words_of_the_json(summary):
    page = render_html(summary)
    advice = report_json(summary)["advice"]
    top = html.unescape(page[: page.index('<section id="gate">')])
    assert advice["findings"]
    top = re.sub(r"<code>(.*?)</code>", r"`\1`", top)
    assert all(text in top for text in (*advice["findings"], *advice["next_steps"]))


def test_what_stands_between_backticks_is_shown_as_code(summary):
    page = render_html(dataclasses.replace(summary, title="`as it is`"))
    steps = report_json(summary)["advice"]["next_steps"]
    commands = re.findall("`(ots [^`]+)`", " ".join(steps))
    assert commands
    assert all(f"<code>{html.escape(command)}</code>" in page for command in commands)
    assert "`ots" not in page and "<h1>`as it is`</h1>" in page


@pytest.mark.parametrize(
    ("figure", "tone"), [(Estimate(0.9, 0.88, 0.92), "good"), (Estimate(0.5, 0.4, 0.6), "caution")]
)
def test_a_pushed_model_at_chance_is_not_green(summary, figure, tone):
    headline = Metric("avc_accuracy", "AVC accuracy", rank=Rank.HEADLINE)
    bound = Bound("avc_accuracy", True, "it is enough", "≥ 0.3")
    measured = MeasuredMetric(headline, figure, chance=0.5)
    evaluation = _evaluation("avc", measured, decisions=(bound,))
    run = dataclasses.replace(summary, evaluations=(evaluation,))
    assert f'class="card verdict {tone}"' in render_html(run)
    assert f'class="card verdict {tone}"' in render_comparison(run, run)


def test_a_run_of_which_nothing_is_known(tmp_path):
    report = write_report(RunSummary("empty"), tmp_path)
    assert _Page((tmp_path / "report.html").read_text()).sections == ["decision"]
    assert report["evaluations"] == {}
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
    rows = report_json(summary)["decisions"]
    assert [(row["bound"], row["passed"]) for row in rows] == [
        ("≥ 0.8", False),
        ("loss ≤ 0.05", True),
    ]
    assert {(row["value"], row["low"], row["high"]) for row in rows} == {(0.77, 0.7, 0.84)}


def test_tables_and_notes_stand_below_an_evaluators_metrics(summary):
    table = ResultTable(
        "Published", ("Features", "Accuracy", "source"), (("human", 0.957, "Piczak, 2015"),)
    )
    benchmark = _evaluation("sounds", tables=(table,), notes=("Two clips are alike.",))
    page = render_html(dataclasses.replace(summary, evaluations=(benchmark,)))
    words = " ".join(re.sub("<[^>]+>", " ", page).split())
    assert "Published Features Accuracy source human 0.957 Piczak, 2015" in words
    assert "Two clips are alike." in words


def test_says_why_a_figure_is_missing():
    reason = "no example has a box of the object that sounds"
    found = _evaluation("localisation", MeasuredMetric(POINTING.metric, missing=reason))
    assert reason in render_html(RunSummary("run", evaluations=(found,)))


def test_figures_that_are_not_finite_become_null(summary, tmp_path):
    history = TrainingHistory({"loss": [1.0, float("nan")], "step": [1, 2]}, 1, False)
    diverged = dataclasses.replace(summary, history=history)
    report = write_report(diverged, tmp_path / "out")
    assert report["history"]["curves"]["loss"] == [1.0, None]
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


@pytest.mark.parametrize("kind", ["report", "comparison"])
def test_axe_finds_no_violation(summary, tmp_path, kind):
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright drives the browser")
    axe = pytest.importorskip("axe_playwright_python", reason="axe-core comes with it")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("there is no browser here")
    path = tmp_path / "page.html"
    path.write_text(
        render_html(summary) if kind == "report" else render_comparison(summary, summary)
    )
    script = pathlib.Path(axe.__file__).with_name("axe.min.js").read_text()
    violations = []
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            for width in (1280, 390):
                page = browser.new_page(
                    viewport={"width": width, "height": 900}, color_scheme=scheme
                )
                page.goto(path.as_uri())
                page.evaluate(
                    "document.querySelectorAll('details').forEach(one => one.open = true)"
                )
                page.evaluate(script)
                found = json.loads(
                    page.evaluate("async () => JSON.stringify((await axe.run()).violations)")
                )
                violations += [
                    f"{scheme} {width} {one['id']}: {node['html']}"
                    for one in found
                    for node in one["nodes"]
                ]
        browser.close()
    assert violations == []
