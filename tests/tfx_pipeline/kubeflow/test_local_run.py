"""The compiled pipeline, step by step, against the local run of the same videos."""

from __future__ import annotations

import json
import pathlib
import subprocess
import time

import h5py
import numpy as np
import pytest
import tensorflow as tf

from objects_that_sound.components.evaluation.saved_model import SavedModel
from objects_that_sound.serving.model_server.model_facts import read_model_facts

MODEL = "objects-that-sound"


class KillTrainer:
    """Kills the first two attempts of Trainer: while it trains, and before it exports."""

    def __init__(self, work_dir: pathlib.Path):
        self._work_dir = work_dir
        self.killed: list[str] = []

    def __call__(self, task: str, attempt: int, process: subprocess.Popen) -> None:
        if task != "trainer" or attempt > 1:
            return
        awaited = ["**/events.out.tfevents.*", "**/.unfinished/*/step-*.npz"][attempt]
        while process.poll() is None:
            if any(self._work_dir.glob(awaited)):
                process.kill()
                self.killed.append(awaited)
                return
            time.sleep(0.02)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> pathlib.Path:
    return tmp_path_factory.mktemp("kubeflow")


@pytest.fixture(scope="module")
def submit(compiled, folder, videos, local_kubeflow):
    """`submit(*only, **parameters)`: runs the pipeline on the videos of the local run."""
    work_dir = folder / "work"
    work_dir.mkdir()
    kill = KillTrainer(work_dir)
    cluster = local_kubeflow.LocalKubeflow(folder / "cluster", interrupt=kill)
    package = compiled("--work-dir", str(work_dir))
    parameters = {"videos": [str(videos)], "push_destination": str(folder / "models")}

    def run(*only, **others):
        return cluster.run(package, {**parameters, "preset": "smoke", **others}, only)

    run.cluster, run.killed = cluster, kill.killed
    return run


@pytest.fixture(scope="module")
def first(submit):
    """A run in which Trainer is killed twice."""
    return submit()


@pytest.fixture(scope="module")
def refused(submit, first):
    """With a threshold that no model reaches here."""
    return submit("pusher", "blessed-model-pusher", thresholds=["avc:avc_accuracy>=1"])


def _local(root: pathlib.Path, component: str, output: str) -> list[pathlib.Path]:
    """Artifacts of the local runs, in their order."""
    folder = root / "artifacts" / component / output
    return sorted(folder.iterdir(), key=lambda path: int(path.name))


def _files(folder: pathlib.Path, pattern: str) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob(pattern)}


def _weights(model: pathlib.Path) -> dict[str, np.ndarray]:
    weights = {}
    with h5py.File(model / "Format-Keras" / "network.weights.h5") as file:
        file.visititems(
            lambda name, item: (
                weights.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None
            )
        )
    return weights


def _decisions(blessing: pathlib.Path) -> dict:
    return json.loads((blessing / "decisions.json").read_text())


@pytest.fixture(scope="module")
def made(submit):
    """`made(results, task, output)`: folder of an artifact in the object store."""

    def path(results, task: str, output: str) -> pathlib.Path:
        return submit.cluster.path(results[task].artifacts[output]["uri"])

    return path


@pytest.mark.slow
def test_a_killed_step_goes_on_where_it_was(submit, first):
    assert submit.killed == ["**/events.out.tfevents.*", "**/.unfinished/*/step-*.npz"]
    assert first["trainer"].attempts == 3
    assert "going on after step 20" in submit.cluster.log("trainer", 2)
    log = submit.cluster.path(first["trainer"].artifacts["executor-logs"]["uri"])
    assert sorted(path.name for path in log.parent.glob("executor-logs-*")) == [
        f"executor-logs-{attempt}" for attempt in range(3)
    ]
    others = {name: result.attempts for name, result in first.items() if name != "trainer"}
    assert set(others.values()) == {1}


@pytest.mark.slow
def test_examples_are_those_of_the_local_run(first, made, root, first_run):
    [local] = _local(root, "VideoExampleGen", "examples")
    there = _files(made(first, "video-example-gen", "examples"), "*.gz")
    assert there
    assert there == _files(local, "*.gz")


@pytest.mark.slow
def test_the_model_is_that_of_the_local_run(first, made, root, first_run):
    there = _weights(made(first, "trainer", "model"))
    here = _weights(_local(root, "Trainer", "model")[0])
    assert set(there) == set(here)
    assert len(there) > 10
    for name, weights in here.items():
        np.testing.assert_array_equal(there[name], weights, err_msg=name)


@pytest.mark.slow
def test_the_pushed_model_answers_as_that_of_the_local_run(first, made, folder, root, first_run):
    [pushed] = (folder / "models" / MODEL).iterdir()
    assert first["pusher"].artifacts["pushed_model"]["metadata"]["pushed_version"] == pushed.name
    local = root / "serving" / MODEL / first_run.versions[0]
    pairs = tf.data.TFRecordDataset(
        [str(path) for path in made(first, "avc-pair-gen", "pairs").rglob("*.gz")], "GZIP"
    )
    examples = list(pairs.as_numpy_iterator())
    assert len(examples) > 10
    there, here = (
        SavedModel(str(path)).call("score_examples", {"examples": examples})
        for path in (pushed, local)
    )
    np.testing.assert_array_equal(there["score"], here["score"])
    [index] = (folder / "models" / "search").iterdir()
    facts = read_model_facts(local)
    assert facts["search"]["value"] > 0
    assert read_model_facts(pushed) == read_model_facts(index) == facts


@pytest.mark.slow
def test_the_decision_is_that_of_the_local_run(first, made, root, first_run):
    there = _decisions(made(first, "model-gate", "blessing"))
    assert there == _decisions(_local(root, "ModelGate", "blessing")[0])
    assert there["blessed"] is True
    for task, component in (
        ("avc-evaluator", "AvcEvaluator"),
        ("retrieval-evaluator", "RetrievalEvaluator"),
        ("localisation-evaluator", "LocalisationEvaluator"),
    ):
        metrics = made(first, task, "evaluation") / "metrics.json"
        local = _local(root, component, "evaluation")[0] / "metrics.json"
        assert json.loads(metrics.read_text()) == json.loads(local.read_text()), task
        # Kubeflow's page compares what stands in the metadata.
        figures = first[task].artifacts["evaluation"]["metadata"]
        for one in json.loads(local.read_text())["metrics"]:
            if one["value"] is not None and not one["basis"]:
                assert figures[one["name"]] == one["value"]


@pytest.mark.slow
def test_the_next_run_reuses_what_did_not_change(refused):
    again = {name for name, result in refused.items() if result.attempts}
    assert again == {
        "configure",
        # The first run's model is the one to compare with now.
        *("latest-blessed-model", "avc-evaluator", "retrieval-evaluator", "localisation-evaluator"),
        # Another decision.
        *("model-gate", "blessed-model-pusher", "pusher"),
    }


@pytest.mark.slow
def test_the_next_run_compares_with_the_first_and_refuses_as_the_local_one(
    refused, made, folder, root, refused_run
):
    there = _decisions(made(refused, "model-gate", "blessing"))
    assert there["blessed"] is False
    assert there == _decisions(_local(root, "ModelGate", "blessing")[1])
    changes = [
        [one["change"] for one in json.loads((folder / "metrics.json").read_text())["metrics"]]
        for folder in (
            made(refused, "avc-evaluator", "evaluation"),
            _local(root, "AvcEvaluator", "evaluation")[1],
        )
    ]
    assert changes[0] == changes[1] and changes[0][0] is not None
    assert len(list((folder / "models" / MODEL).iterdir())) == 1
    assert len(list((folder / "models" / "blessed").iterdir())) == 1


def test_the_first_steps_run(package, local_kubeflow, videos, tmp_path):
    cluster = local_kubeflow.LocalKubeflow(tmp_path / "cluster", in_process=True)
    parameters = {
        "videos": [str(videos)],
        "push_destination": str(tmp_path / "models"),
        "preset": "smoke",
        "settings": ["examples_per_video=1"],
    }
    steps = ("video-example-gen", "latest-blessed-model")
    results = cluster.run(package, parameters, only=steps)
    examples = results["video-example-gen"].artifacts["examples"]
    assert examples["metadata"]["num_rejects"] == 4
    assert examples["metadata"]["num_examples"] == examples["metadata"]["num_videos"] - 4
    again = cluster.run(package, parameters, only=steps)
    assert {name for name, result in again.items() if result.attempts} == {"configure"}
    (videos / "one_more.mp4").write_bytes(b"another")
    try:
        more = cluster.run(package, parameters, only=steps)
    finally:
        (videos / "one_more.mp4").unlink()
    assert {name for name, result in more.items() if result.attempts} == {
        *("configure", "list-videos", "video-example-gen")
    }


def test_a_wrong_parameter_is_refused_at_once(package, local_kubeflow, tmp_path):
    cluster = local_kubeflow.LocalKubeflow(tmp_path, in_process=True)
    for parameters, message in (
        ({"videos": ["a"]}, "push_destination has neither"),
        ({"videos": "a", "push_destination": "b"}, "videos must be of type LIST"),
        ({"video": ["a"]}, "unknown parameters"),
    ):
        with pytest.raises(ValueError, match=message):
            cluster.run(package, parameters)
    with pytest.raises(SystemExit, match="no videos match"):
        cluster.run(package, {"videos": ["/nowhere"], "push_destination": "b"})


def test_a_run_that_fails_is_reported(reporting, webhook, local_kubeflow, tmp_path):
    cluster = local_kubeflow.LocalKubeflow(tmp_path, in_process=True)
    with pytest.raises(SystemExit, match="no videos match"):
        cluster.run(reporting, {"videos": ["/nowhere"], "push_destination": "b"})
    assert webhook.texts == ["The run run-1 of Objects that Sound failed."]
