"""Three spans, the second damaged: it stops before training, the third trains from the first."""

from __future__ import annotations

import json
import pathlib
import re

import pytest
from click.testing import CliRunner

from objects_that_sound.tfx_pipeline.cli import main

pytestmark = pytest.mark.slow


def _stages(run) -> dict[str, str]:
    return {stage["name"]: stage["status"] for stage in run.report["stages"]}


def test_the_first_span_is_trained_on_and_served(training):
    assert training.first.exit_code == 0, training.first.output
    assert "Span 1 has 10 new videos" in training.first.output
    assert training.first.versions == (training.first.report["pushed_version"],)
    span = training.first.report["span"]
    assert (span["number"], span["window"]) == (1, [1])
    assert {row["kind"] for row in span["comparisons"]} == {"skew"}


def test_the_damaged_span_stops_before_training(training):
    run = training.damaged
    assert run.exit_code == 4, run.output
    assert "Refused: span 2" in run.output
    for feature in ("audio/loudness", "image/brightness"):
        assert re.search(
            rf"\[{feature}\] differs from the span before: divergence [01]\.\d+, "
            r"at most 0\.\d+ is allowed",
            run.output,
        )
    stages = _stages(run)
    assert stages["DataGate"] == "failed"
    assert not {"Trainer", "AvcPairGen", "Pusher"} & set(stages)
    assert run.report["span"]["window"] == []
    assert run.report["data"]["num_videos"] == 10


def test_the_page_shows_both_spans_histograms(training):
    [path] = re.findall(r"Histograms: (\S+)", training.damaged.output)
    page = pathlib.Path(path).read_text()
    assert "comparisons differ by more than is allowed" in page
    assert page.count("data:image/png;base64") == 2
    assert 'id="span"' in (training.root / "report.html").read_text()


def test_the_first_model_stays_served_and_no_new_videos_are_no_error(training):
    assert training.damaged.versions == training.first.versions
    assert training.nothing_new.exit_code == 0
    assert "There are no new videos: all 20 belong to earlier spans" in training.nothing_new.output
    assert "Span 2 was refused" in training.nothing_new.output
    assert training.nothing_new.report == training.damaged.report
    assert training.nothing_new.versions == training.first.versions


def test_the_third_span_is_trained_on_with_the_first(training):
    run = training.third
    assert run.exit_code == 0, run.output
    assert "Span 3 has 10 new videos" in run.output
    assert run.report["span"]["window"] == [1, 3]
    assert run.report["data"]["num_videos"] == 10
    assert len(run.versions) == 2
    assert run.versions[-1] == run.report["pushed_version"]
    rows = run.report["span"]["comparisons"]
    assert {row["kind"] for row in rows} == {"drift", "skew"}
    assert "embedding/agreement" in {row["feature"] for row in rows}
    assert all(row["passed"] for row in rows)
    # Six examples of each span's two videos that are held out.
    details = run.report["evaluations"]["localisation"]["details"]
    assert details["num_frames_with_boxes"] == 12
    assert run.report["data"]["num_pairs"] == 24


def test_lineage_follows_the_third_model_to_the_first(training):
    version, first = training.third.versions[-1], training.first.versions[0]
    result = CliRunner().invoke(main, ["lineage", version, "--root", str(training.root), "--json"])
    assert result.exit_code == 0, result.output
    lineage = json.loads(result.output)
    assert lineage["version"] == version
    assert [one["span"] for one in lineage["examples"]] == [1, 3]
    assert [one["counts"]["num_videos"] for one in lineage["examples"]] == [10, 10]
    videos = [row["path"] for one in lineage["examples"] for row in one["videos"]]
    assert sorted({pathlib.Path(path).parent.name for path in videos}) == ["1", "3"]
    assert lineage["base"]["version"] == lineage["compared_with"] == first
    assert lineage["base"]["base"] is None
    assert [one["span"] for one in lineage["base"]["examples"]] == [1]
    assert lineage["notes"]["preset"] == "smoke"
    assert lineage["notes"]["package"]
    assert lineage["parameters"]["training.steps"] == 20
    assert any(metric["name"] == "avc_accuracy" for metric in lineage["metrics"])
    assert pathlib.Path(lineage["artifacts"]["model"]).is_dir()


def test_lineage_of_the_search_index_is_its_models(training):
    [_, index] = sorted((training.root / "serving" / "search").iterdir())
    root = ["--root", str(training.root)]
    of_index = CliRunner().invoke(main, ["lineage", index.name, *root])
    latest = CliRunner().invoke(main, ["lineage", *root])
    assert of_index.exit_code == 0, of_index.output
    assert of_index.output == latest.output
    assert f"Version {training.third.versions[-1]}" in latest.output


def test_all_runs_are_listed(training):
    result = CliRunner().invoke(main, ["runs", "--root", str(training.root), "--json"])
    assert result.exit_code == 0, result.output
    rows = json.loads(result.output)
    assert [(row["span"], row["window"], row["decision"]) for row in rows] == [
        (1, "1", "pushed"),
        (2, None, "videos refused"),
        (3, "1,3", "pushed"),
    ]
    assert [row["version"] for row in rows] == [
        training.first.versions[0],
        None,
        training.third.versions[-1],
    ]
    assert rows[0]["videos"] == 10
    assert 0 <= rows[0]["avc_accuracy"] <= 1
