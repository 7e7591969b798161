"""Two runs on one page."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import re

import pytest

from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.metric import Better, Metric
from objects_that_sound.models.training_history import TrainingHistory
from objects_that_sound.tfx_pipeline.report.comparison import (
    compare_metrics,
    render_comparison,
    write_comparison,
)
from objects_that_sound.tfx_pipeline.report.run_evaluation import RunEvaluation
from objects_that_sound.tfx_pipeline.report.run_summary import Decision, RunSummary, Stage


def _localisation(folder: pathlib.Path, run: str, pointing: float, videos: list[str]) -> str:
    """The `Evaluation` of one run; its pictures and sounds hold the run's name."""
    shown = {
        "overlay": "samples/0.jpg",
        "sound": "samples/0.wav",
        "sound_label": "bell",
        "score": pointing,
        "peak": pointing,
        "hit": None,
    }
    samples = [
        {"video_id": video, "time": 0.5, "label": video, "right": shown, "wrong": None}
        for video in videos
    ]
    (folder / "samples").mkdir(parents=True)
    (folder / "samples.json").write_text(json.dumps(samples))
    (folder / "samples" / "0.jpg").write_text(f"{run} map")
    (folder / "samples" / "0.wav").write_text(f"{run} sound")
    (folder / "scores.png").write_text(f"{run} scores")
    return str(folder)


def _run(
    folder: pathlib.Path, name: str, pointing: float, silence: float, videos: list[str]
) -> RunSummary:
    metrics = [
        MeasuredMetric(
            Metric("pointing_accuracy", "Pointing accuracy"),
            Estimate(pointing, pointing - 0.05, pointing + 0.05),
        ),
        MeasuredMetric(
            Metric("fires_silence", "Fires at silence", Better.LOWER),
            Estimate(silence, silence - 0.05, silence + 0.05),
        ),
        MeasuredMetric(Metric("ciou", "cIoU"), Estimate(0.5)),
    ]
    localisation = RunEvaluation(
        "LocalisationEvaluator",
        _localisation(folder / name, name, pointing, videos),
        EvaluationResult("localisation", "Localisation", metrics),
    )
    return RunSummary(
        title=f"Preset {name}",
        root=f"runs/{name}",
        run_id=name,
        parameters={"Trainer": {"training.steps": 500, "seed": name}},
        decision=Decision(True, (), "17"),
        evaluations=(localisation,),
        history=TrainingHistory(
            {"loss": [2.0, 1.0], "val_loss": [2.0, 1.5], "step": [10, 20]}, 1, False
        ),
        stages=(Stage("Trainer", 12.0, "run"),),
        data={"num_videos": 5},
    )


@pytest.fixture
def runs(tmp_path: pathlib.Path) -> tuple[RunSummary, RunSummary]:
    return (
        _run(tmp_path, "old", 0.7, 0.1, ["bell", "drum"]),
        _run(tmp_path, "new", 0.9, 0.3, ["horn", "drum"]),
    )


def _words(page: str, section: str) -> str:
    part = page[page.index(f'<section id="{section}">') :]
    part = part[: part.index("</section>")]
    part = re.sub("<svg.*?</svg>", "", part, flags=re.DOTALL)
    return " ".join(re.sub("<[^>]+>", " ", part).split())


def test_what_differs_by_more_than_the_intervals_is_marked(runs):
    rows = {row.one.metric.name: row for row in compare_metrics(*runs)}
    assert {name: row.mark for name, row in rows.items()} == {
        "pointing_accuracy": "better",
        "fires_silence": "worse",  # lower is better
        "ciou": "",
    }
    assert rows["pointing_accuracy"].difference == pytest.approx(0.2)
    back = {row.one.metric.name: row.mark for row in compare_metrics(*reversed(runs))}
    assert back["pointing_accuracy"] == "worse" and back["fires_silence"] == "better"
    words = _words(render_comparison(*runs), "metrics")
    assert "Pointing accuracy Localisation 0.700 0.650 … 0.750 0.900 0.850 … 0.950 +0.200" in words
    assert "▲ better" in words and "▼ worse" in words


@pytest.mark.parametrize("bases", [("by class", "by video"), ("ESC-50", "ESC-10")])
def test_figures_of_different_bases_are_never_one_row(bases):
    metric = Metric("ndcg", "nDCG")
    a, b = (
        RunSummary(
            basis,
            evaluations=(
                RunEvaluation(
                    "Node",
                    "",
                    EvaluationResult(
                        "retrieval",
                        "Retrieval",
                        [MeasuredMetric(metric.on(basis), Estimate(value, value, value))],
                    ),
                ),
            ),
        )
        for basis, value in zip(bases, (0.9, 0.2), strict=True)
    )
    first, second = compare_metrics(a, b)
    assert first.b is None and second.a is None
    assert first.mark == second.mark == ""
    [same] = compare_metrics(a, a)
    assert same.difference == 0


def test_what_may_be_noise_is_not_marked(runs, tmp_path):
    close = _run(tmp_path / "other", "close", 0.75, 0.15, ["drum"])
    assert not any(row.mark for row in compare_metrics(runs[0], close))
    assert compare_metrics(runs[0], close)[0].difference == pytest.approx(0.05)


def test_the_same_pictures_stand_beside_each_other(runs):
    page = render_comparison(*runs)
    assert "drum" in _words(page, "localisation")
    assert "bell ·" not in page and "horn ·" not in page  # only in one of the runs
    samples = page[page.index('<section id="localisation">') : page.index('<section id="plots">')]
    pictures = re.findall(r'src="data:image/jpeg;base64,([^"]+)"', samples)
    assert pictures == ["b2xkIG1hcA==", "bmV3IG1hcA=="]  # "old map", "new map"
    plots = re.findall(r'src="data:image/png;base64,([^"]+)"', page)
    assert plots == ["b2xkIHNjb3Jlcw==", "bmV3IHNjb3Jlcw=="]


def test_only_parameters_that_differ_are_listed(runs):
    words = _words(render_comparison(*runs), "parameters")
    assert words.endswith("Trainer: seed old new")


def test_runs_on_different_videos_and_without_parts(runs, tmp_path):
    other = _run(tmp_path / "other", "other", 0.5, 0.5, ["car"])
    assert "no frame in common" in render_comparison(runs[0], other)
    empty = RunSummary("empty", run_id="e")
    for pair in ((runs[0], empty), (empty, runs[0]), (empty, empty)):
        page = render_comparison(*pair)
        assert "the run did not reach a decision" in page
    rows = compare_metrics(runs[0], empty)
    assert rows and all(row.difference is None and row.mark == "" for row in rows)


def test_same_queries_with_what_each_run_finds(runs, tmp_path):
    both = []
    for run, found in zip(runs, ("cat", "dog"), strict=True):
        folder = tmp_path / f"retrieval {found}"
        (folder / "media").mkdir(parents=True)
        for suffix in ("jpg", "png", "wav"):
            (folder / "media" / f"0.{suffix}").write_text(found)

        def item(label: str) -> dict:
            return {
                "video_id": label,
                "time": 1.0,
                "label": label,
                **{"image": "media/0.jpg", "sound": "media/0.wav", "spectrogram": "media/0.png"},
            }

        shown = {
            "query": item("query"),
            "nearest": [{**item(found), "distance": 0.5, "relevant": False}],
        }
        content = {"relevance": "label", "image_to_sounds": [shown], "sound_to_images": []}
        (folder / "neighbours.json").write_text(json.dumps(content))
        retrieval = EvaluationResult("retrieval", "Retrieval", ())
        found_by = RunEvaluation("RetrievalEvaluator", str(folder), retrieval)
        results = (*run.evaluations, found_by)
        both.append(dataclasses.replace(run, evaluations=results))
    page = render_comparison(*both)
    words = _words(page, "nearest-sounds")
    assert words.index("cat") < words.index("dog")
    assert "no query in common" in _words(page, "nearest-images")


def test_the_page_needs_no_other_file(runs, tmp_path):
    write_comparison(*runs, tmp_path / "comparison.html")
    page = (tmp_path / "comparison.html").read_text()
    addresses = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert addresses and all(address.startswith(("data:", "#")) for address in addresses)
