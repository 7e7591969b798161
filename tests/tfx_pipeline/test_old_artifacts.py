"""What `ots clean` takes for old."""

from __future__ import annotations

import pathlib

import pytest
from click.testing import CliRunner

from objects_that_sound.tfx_pipeline.cli import main
from objects_that_sound.tfx_pipeline.old_artifacts import old_artifacts, remove
from objects_that_sound.tfx_pipeline.report.metadata_graph import (
    ArtifactRecord,
    ExecutionRecord,
    MetadataGraph,
)
from objects_that_sound.tfx_pipeline.run_paths import RunPaths


class _Past:
    """Runs in a root, written down one by one."""

    def __init__(self, root: pathlib.Path):
        self.paths = RunPaths.under(str(root))
        self.graph = MetadataGraph({}, {})

    def run(self, name: str, *, blessed: bool, pushed: bool) -> dict[str, pathlib.Path]:
        """Folders of the run's artifacts, of 100 bytes each, by their nodes."""
        self.graph.runs[name] = {}
        examples = self._did(name, "VideoExampleGen", "examples", "Examples")
        model = self._did(name, "Trainer", "model", "Model", examples=examples)
        figures = self._did(name, "AvcEvaluator", "evaluation", "Evaluation", model=model)
        properties = {"blessed": int(blessed)}
        self._did(name, "ModelGate", "blessing", "ModelBlessing", properties, model=model)
        made = {"examples": examples, "model": model, "figures": figures}
        if pushed:
            made["pushed"] = self._did(name, "Pusher", "pushed_model", "PushedModel", model=model)
        return {node: pathlib.Path(one.uri) for node, one in made.items()}

    def _did(self, run, node, output, kind, properties=None, **inputs) -> ArtifactRecord:
        number = len(self.graph.executions) + 1
        folder = pathlib.Path(self.paths.pipeline_root, node, output, str(number))
        folder.mkdir(parents=True)
        (folder / "file").write_bytes(b"x" * 100)
        artifact = ArtifactRecord(str(folder), properties or {}, number, kind)
        used = {name: [one] for name, one in inputs.items()}
        self.graph.executions[number] = ExecutionRecord(
            number, node, run, "run", 1.0, {}, used, {output: [artifact]}
        )
        return artifact

    def old(self) -> set[pathlib.Path]:
        return {pathlib.Path(one.folder) for one in old_artifacts(self.graph, self.paths)}


@pytest.fixture
def past(tmp_path: pathlib.Path) -> _Past:
    return _Past(tmp_path / "root")


def test_the_latest_run_and_the_latest_pushed_one_stay(past):
    old = past.run("a", blessed=True, pushed=True)
    pushed = past.run("b", blessed=True, pushed=True)
    refused = past.run("c", blessed=False, pushed=False)
    latest = past.run("d", blessed=False, pushed=False)
    gone = {old["examples"], old["model"], old["pushed"], refused["examples"], refused["model"]}
    assert past.old() == gone
    assert not past.old() & {*pushed.values(), *latest.values()}
    found = old_artifacts(past.graph, past.paths)
    assert {one.bytes for one in found} == {100}
    assert {one.run for one in found} == {"a", "c"}
    remove(found)
    assert not any(folder.exists() for folder in gone)
    assert all(folder.exists() for folder in (old["figures"], *pushed.values(), *latest.values()))
    assert past.old() == set()


def test_the_latest_blessed_model_stays_though_it_was_not_pushed(past):
    blessed = past.run("a", blessed=True, pushed=False)
    past.run("b", blessed=False, pushed=False)
    assert past.old() == {blessed["examples"]}


def test_an_empty_folder_is_not_shown(past):
    old = past.run("a", blessed=True, pushed=True)
    past.run("b", blessed=True, pushed=True)
    (old["pushed"] / "file").unlink()  # as Pusher leaves it where the gate refused the model
    assert past.old() == {old["examples"], old["model"]}


def test_the_examples_of_all_spans_stay_in_a_continuous_training(past):
    first = past.run("a", blessed=False, pushed=False)
    past.run("b", blessed=False, pushed=False)
    spans = pathlib.Path(past.paths.span_lists)
    spans.mkdir()
    (spans / "span-1.csv").touch()
    assert past.old() == {first["model"]}


def test_nothing_outside_the_root_is_named(past, tmp_path):
    past.run("a", blessed=False, pushed=False)
    past.run("b", blessed=False, pushed=False)
    assert old_artifacts(past.graph, RunPaths.under(str(tmp_path / "another"))) == []


def test_the_only_run_keeps_all(first_run, root):
    served = sorted(path.name for path in (root / "serving").iterdir())
    result = CliRunner().invoke(main, ["clean", "--root", str(root), "--json"])
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (root / "serving").iterdir()) == served


def test_a_root_without_runs_is_told(tmp_path):
    result = CliRunner().invoke(main, ["clean", "--root", str(tmp_path)])
    assert result.exit_code == 1
    assert "Error: " in result.output
