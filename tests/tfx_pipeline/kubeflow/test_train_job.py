"""Several workers on Kubeflow: what is compiled, and what the step Trainer asks the cluster for."""

from __future__ import annotations

import json
import types
from typing import Any

import kubernetes
import pytest
import yaml

from objects_that_sound.models import trainer, training_worker
from objects_that_sound.tfx_pipeline.kubeflow import run_train_job
from objects_that_sound.tfx_pipeline.kubeflow.deployment import Deployment
from objects_that_sound.tfx_pipeline.kubeflow.train_job import TRAIN_JOB, job_settings, train_job

_DEPLOYMENT = Deployment(
    image="registry.example/ots:cpu",
    trainer_image="registry.example/ots:gpu",
    gpus=8,
    training_workers=4,
    cpus=("4", "trainer=8"),
    memory=("trainer=16Gi",),
    node_selectors=("pool=gpu", "configure=pool=small"),
    volumes=("models:/models",),
    work_dir="/models/work",
)


def test_the_objects_keep_to_kubeflow_trainers_schema():
    models = pytest.importorskip("kubeflow_trainer_api.models")
    settings = json.loads(job_settings(_DEPLOYMENT))
    runtime, job = train_job("ots-train-1", settings, "/models/work/fn_args.json")
    # Models of the published schema drop fields that it does not have.
    for model, content in (
        (models.TrainerV1alpha1TrainJob, job),
        (models.TrainerV1alpha1TrainingRuntime, runtime),
    ):
        assert model.from_dict(content).to_dict() == content


def test_each_worker_gets_its_share_of_the_gpus_and_knows_all_others():
    runtime, job = train_job("ots-train-1", json.loads(job_settings(_DEPLOYMENT)), "/models/x.json")
    asked = job["spec"]["trainer"]
    assert asked["image"] == "registry.example/ots:gpu"
    assert asked["numNodes"] == runtime["spec"]["mlPolicy"]["numNodes"] == 4
    assert asked["resourcesPerNode"] == {
        "requests": {"cpu": "8", "memory": "16Gi"},
        "limits": {"memory": "16Gi", "nvidia.com/gpu": "2"},
    }
    addresses = asked["args"][2].split(",")
    assert addresses[3] == "ots-train-1-node-0-3.ots-train-1:2222"
    assert len(set(addresses)) == 4
    [replicated] = runtime["spec"]["template"]["spec"]["replicatedJobs"]
    pod = replicated["template"]["spec"]["template"]["spec"]
    assert pod["nodeSelector"] == {"pool": "gpu"}
    assert pod["containers"][0]["volumeMounts"] == [{"name": "models", "mountPath": "/models"}]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"gpus": 6}, "--gpus 6 must be a multiple of --training-workers 4"),
        ({"work_dir": ""}, "needs --work-dir in a --volume"),
        ({"work_dir": "/elsewhere"}, "needs --work-dir in a --volume"),
        ({"work_dir": "/models-of-others/work"}, "needs --work-dir in a --volume"),
        ({"volumes": ()}, "needs --work-dir in a --volume"),
    ],
)
def test_workers_that_could_not_work_together_are_refused(changes, message):
    deployment = Deployment(**{**vars(_DEPLOYMENT), **changes})
    with pytest.raises(ValueError, match=message):
        job_settings(deployment)


def test_a_compiled_trainer_waits_for_its_workers_instead_of_taking_gpus(compiled):
    path = compiled(
        *("--training-workers", "4", "--gpus", "8", "--trainer-image", "registry.example/ots:gpu"),
        *("--volume", "models:/models", "--work-dir", "/models/work"),
    )
    spec = next(iter(yaml.safe_load_all(path.read_text())))
    container = spec["deploymentSpec"]["executors"]["exec-trainer"]["container"]
    [variable] = [one for one in container["env"] if one["name"] == TRAIN_JOB]
    assert json.loads(variable["value"])["workers"] == 4
    assert "resources" not in container
    place = container["args"].index("run_fn")
    module, _, name = container["args"][place + 1].rpartition(".")
    assert module == run_train_job.__name__ and hasattr(run_train_job, name)


class _Api:
    """In place of Kubernetes: keeps objects, and gives a job's conditions one after the other."""

    def __init__(self, *conditions: dict[str, str]):
        self.objects: dict[tuple[str, str], dict] = {}
        self.deleted: list[str] = []
        self._conditions = list(conditions)

    def create_namespaced_custom_object(self, *arguments: Any) -> None:
        *place, kind, content = arguments
        assert place == ["trainer.kubeflow.org", "v1alpha1", "people"]
        key = (kind, content["metadata"]["name"])
        if key in self.objects:
            raise kubernetes.client.ApiException(status=409)
        self.objects[key] = content

    def get_namespaced_custom_object(self, *arguments: Any) -> dict:
        *_, kind, name = arguments
        condition = self._conditions.pop(0)
        return self.objects[kind, name] | {"status": {"conditions": [condition]}}

    def delete_namespaced_custom_object(self, *arguments: Any) -> None:
        *_, kind, name = arguments
        if self.objects.pop((kind, name), None) is None:
            raise kubernetes.client.ApiException(status=404)
        self.deleted.append(kind)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """`run(api)`: the step in a cluster; gives the path of the arguments that workers get."""
    examples = tmp_path / "pod" / "examples"
    for split in ("train", "val", "eval"):
        (examples / f"Split-{split}").mkdir(parents=True)
        (examples / f"Split-{split}" / "data.gz").write_text(split)
    namespace = tmp_path / "namespace"
    namespace.write_text("people\n")
    monkeypatch.setenv(TRAIN_JOB, job_settings(_DEPLOYMENT))
    monkeypatch.setattr(run_train_job, "_NAMESPACE", namespace)
    monkeypatch.setattr(run_train_job, "_POLL_SECONDS", 0.0)
    monkeypatch.setattr(kubernetes.config, "load_incluster_config", lambda: None)
    fn_args = types.SimpleNamespace(
        train_files=[f"{examples}/Split-train/*"],
        eval_files=[f"{examples}/Split-eval/*"],
        custom_config={"network": {}, "training": {}},
        serving_model_dir=str(tmp_path / "work" / "model" / "Format-Serving"),
        model_run_dir=str(tmp_path / "work" / "model_run"),
        base_model=None,
    )

    def start(api: _Api):
        monkeypatch.setattr(kubernetes.client, "CustomObjectsApi", lambda: api)
        run_train_job.run_fn(fn_args)
        return tmp_path / "work" / "workers"

    return start


_RUNNING = {"type": "Complete", "status": "False"}
_COMPLETE = {"type": "Complete", "status": "True", "message": "done"}
_FAILED = {"type": "Failed", "status": "True", "message": "too many restarts"}


def test_workers_get_the_examples_of_all_splits_where_they_all_see_them(run):
    api = _Api(_RUNNING, _COMPLETE)
    shared = run(api)
    arguments = json.loads((shared / "fn_args.json").read_text())
    assert arguments["train_files"] == [f"{shared}/examples-0/Split-train/*"]
    for split in ("train", "val", "eval"):  # val is not named, but looked for beside eval
        assert (shared / "examples-0" / f"Split-{split}" / "data.gz").read_text() == split
    assert sorted(api.deleted) == ["trainingruntimes", "trainjobs"]


def test_a_failed_job_fails_the_step_and_leaves_nothing(run):
    api = _Api(_RUNNING, _FAILED)
    with pytest.raises(RuntimeError, match="failed: too many restarts"):
        run(api)
    assert not api.objects


def test_a_step_that_is_tried_again_waits_for_the_job_of_its_first_try(run):
    first = _Api({"type": "Suspended", "status": "broken"})
    with pytest.raises(IndexError):  # killed while it waited
        run(first)
    again = _Api(_COMPLETE)
    again.objects = dict(first.objects)
    run(again)
    assert not again.objects


def test_a_worker_knows_by_its_pod_which_one_it_is(tmp_path, monkeypatch):
    monkeypatch.setenv("TF_CONFIG", "")
    monkeypatch.setenv(training_worker.INDEX, "1")
    seen = []
    monkeypatch.setattr(
        trainer, "run_fn", lambda fn_args: seen.append((fn_args, trainer.workers()))
    )
    path = tmp_path / "fn_args.json"
    path.write_text(json.dumps({"train_files": ["a"]}))
    training_worker.main([str(path), "--addresses", "one:2222,two:2222,three:2222"])
    [(fn_args, workers)] = seen
    assert fn_args.train_files == ["a"]
    assert (workers.count, workers.index, workers.is_chief) == (3, 1, False)
