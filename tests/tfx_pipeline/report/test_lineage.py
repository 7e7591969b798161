"""Where models came from, by a past that is written down here."""

from __future__ import annotations

import itertools
import json
import pathlib

import pytest

from objects_that_sound.components.evaluation.decision import Decision
from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.evaluation_result import (
    ARTIFACT_TYPE,
    EvaluationResult,
)
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.metric import Metric
from objects_that_sound.tfx_pipeline.report.lineage import model_lineage
from objects_that_sound.tfx_pipeline.report.lineage_text import lineage_text
from objects_that_sound.tfx_pipeline.report.metadata_graph import (
    ArtifactRecord,
    ExecutionRecord,
    MetadataGraph,
    RunNotFoundError,
)
from objects_that_sound.tfx_pipeline.report.write_lineage import write_lineage

NOTES = {"preset": "demo", "package": "0.1.0", "git_commit": "abc123+changes", "tfx": "1.16.0"}


class Past:
    """Gathers executions as a run after the other would."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.executions: dict[int, ExecutionRecord] = {}
        self.runs: dict[str, dict] = {}
        self._ids = itertools.count(1)

    def artifact(self, kind: str, **properties) -> ArtifactRecord:
        number = next(self._ids)
        folder = self.folder / f"{kind}{number}"
        folder.mkdir()
        return ArtifactRecord(str(folder), properties, number, kind)

    def add(self, run: str, node: str, inputs: dict, outputs: dict, **more) -> None:
        self.runs.setdefault(run, dict(NOTES))
        number = next(self._ids)
        status = more.pop("status", "run")
        self.executions[number] = ExecutionRecord(
            number, node, run, status, 1.0, more, inputs, outputs
        )

    @property
    def graph(self) -> MetadataGraph:
        return MetadataGraph(self.runs, self.executions)


def _ingest(past: Past, run: str, span: int, overruled: int = 0) -> ArtifactRecord:
    examples = past.artifact("Examples", span=span, num_videos=2, num_examples=20, num_rejects=1)
    rows = [
        {"video": f"{span}{name}", "path": f"/v/{span}{name}", "split": split, "version": "1/2/"}
        for name, split in (("a.mp4", "train"), ("b.mp4", "eval"))
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (pathlib.Path(examples.uri) / "videos.jsonl").write_text(lines)
    past.add(run, "VideoExampleGen", {}, {"examples": [examples]}, custom_config='{"seed": 3}')
    blessing = past.artifact("DataBlessing", span=span, overruled=overruled)
    past.add(run, "DataGate", {"examples": [examples]}, {"blessing": [blessing]})
    return examples


def _train(past: Past, run: str, examples: list, base: list, version: str) -> ArtifactRecord:
    model, model_run = past.artifact("Model"), past.artifact("ModelRun")
    inputs = {"examples": examples} | ({"base_model": base} if base else {})
    outputs = {"model": [model], "model_run": [model_run]}
    past.add(run, "Trainer", inputs, outputs, custom_config='{"training": {"steps": 500}}')
    evaluation = past.artifact(ARTIFACT_TYPE)
    EvaluationResult(
        "avc",
        "Correspondence",
        [MeasuredMetric(Metric("avc_accuracy", "AVC accuracy"), Estimate(0.9, 0.8, 1.0))],
        decisions=[Decision("avc_accuracy", True, "0.9 is at least 0.7", "≥ 0.7")],
    ).write(evaluation.uri)
    past.add(run, "AvcEvaluator", {"model": [model]}, {"evaluation": [evaluation]})
    blessing = past.artifact("ModelBlessing", blessed=1)
    inputs = {"model": [model], "evaluations": [evaluation], "baseline_model": base}
    past.add(run, "ModelGate", inputs, {"blessing": [blessing]})
    if version:
        pushed = past.artifact(
            "PushedModel",
            pushed=1,
            pushed_version=version,
            pushed_destination=f"/serving/{version}",
        )
        inputs = {"model": [model], "model_blessing": [blessing]}
        past.add(run, "Pusher", inputs, {"pushed_model": [pushed]})
    return model


@pytest.fixture
def past(tmp_path) -> Past:
    """Three models, the second of which could not be pushed; each trains on from the one before."""
    past = Past(tmp_path)
    first = _ingest(past, "monday", 1)
    one = _train(past, "monday", [first], [], "11")
    second = _ingest(past, "tuesday", 2, overruled=3)
    two = _train(past, "tuesday", [second, first], [one], "")
    third = _ingest(past, "wednesday", 3)
    past.add("wednesday", "VideoExampleGen", {}, {"examples": [first]}, status="cached")
    three = _train(past, "wednesday", [third, second], [two], "13")
    index = past.artifact("Model")
    past.add("wednesday", "SearchIndexer", {"model": [three]}, {"index": [index]})
    pushed = past.artifact("PushedModel", pushed=1, pushed_version="14")
    past.add("wednesday", "Pusher.search", {"model": [index]}, {"pushed_model": [pushed]})
    return past


def test_lineage_goes_back_to_the_first_model(past):
    chain = model_lineage(past.graph, "13").chain()
    assert [model.version for model in chain] == ["13", "", "11"]
    assert [model.run for model in chain] == ["wednesday", "tuesday", "monday"]
    assert [[one.span for one in model.examples] for model in chain] == [[2, 3], [1, 2], [1]]
    assert [model.compared_with for model in chain] == ["", "11", ""]
    assert chain[2].examples[0].run == "monday"  # not the run that found them in the cache
    assert chain[0].examples[0].overruled == 3


def test_all_that_made_a_model_is_there(past):
    model = model_lineage(past.graph, "11")
    assert model.destination == "/serving/11"
    assert model.notes == NOTES
    assert model.parameters == {"training.steps": 500}
    [examples] = model.examples
    assert examples.counts == {"num_videos": 2, "num_examples": 20, "num_rejects": 1}
    assert examples.parameters == {"seed": 3}
    assert [row["path"] for row in examples.videos] == ["/v/1a.mp4", "/v/1b.mp4"]
    [metric] = model.metrics
    assert (metric.metric.name, metric.measured.value, metric.passed) == ("avc_accuracy", 0.9, True)
    assert [decision.bound for decision in metric.decisions] == ["≥ 0.7"]
    assert set(model.artifacts) == {"model", "model_run", "blessing", "AvcEvaluator"}
    json.dumps(model.to_json())


def test_the_latest_and_the_index_lead_to_their_model(past):
    assert model_lineage(past.graph) == model_lineage(past.graph, "13")
    assert model_lineage(past.graph, "14") == model_lineage(past.graph, "13")


def test_a_version_that_is_not_there(past):
    with pytest.raises(RunNotFoundError, match="version '12', only: 11, 13, 14"):
        model_lineage(past.graph, "12")


def test_words(past):
    text = lineage_text(model_lineage(past.graph, "13"), with_videos=True)
    head, middle, last = text.split("\n\n")
    assert head.startswith("Version 13  /serving/13\n")
    assert "objects-that-sound 0.1.0, commit abc123+changes, TFX 1.16.0" in head
    assert "span 2: 2 videos, 20 examples, 1 rejects; 3 differences accepted on demand" in head
    assert "train  /v/3a.mp4" in head
    assert "AVC accuracy 0.900 (0.800 to 1.000); asked ≥ 0.7: passed" in head
    assert "training.steps = 500" in head
    assert middle.startswith("Version never pushed")
    assert "from          version 11" in middle
    assert "training.steps" not in last  # in short
    assert "from          random weights" in last


def test_artifacts_that_are_gone_leave_what_ml_metadata_knows(past):
    for path in past.folder.glob("*/*"):
        path.unlink()
    model = model_lineage(past.graph, "11")
    assert model.examples[0].videos is None
    assert model.examples[0].counts["num_videos"] == 2
    assert model.metrics == ()
    assert "which videos is not known" in lineage_text(model, with_videos=True)


def test_page(past, tmp_path):
    path = tmp_path / "lineage.html"
    write_lineage(model_lineage(past.graph, "13"), path)
    page = path.read_text()
    assert page.index("Version 13") < page.index("Never pushed") < page.index("Version 11")
    assert "/v/3b.mp4" in page
    assert "http" not in page.replace("http-equiv", "")
