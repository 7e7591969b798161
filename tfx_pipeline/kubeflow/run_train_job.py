"""The step Trainer where several workers train: asks Kubeflow Trainer for them, and waits."""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
import time
from typing import TYPE_CHECKING, Any

import tensorflow as tf

from objects_that_sound.components.copy_folder import copy_folder
from objects_that_sound.tfx_pipeline.kubeflow.train_job import (
    GROUP,
    TRAIN_JOB,
    VERSION,
    train_job,
)

if TYPE_CHECKING:
    from tfx.v1.components import FnArgs

_NAMESPACE = pathlib.Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
_RUNTIMES, _JOBS = "trainingruntimes", "trainjobs"
_POLL_SECONDS = 10.0
_CONFLICT, _NOT_FOUND = 409, 404


def run_fn(fn_args: FnArgs) -> None:
    """Entry point of TFX's Trainer in place of `models.trainer.run_fn`, which each worker calls.

    A step that is tried again finds the job of its first try, and goes on waiting for it.

    Raises:
        RuntimeError: the workers failed, more often than they are started again.
        kubernetes.client.ApiException: the cluster refuses the job.
    """
    import kubernetes

    settings = json.loads(os.environ[TRAIN_JOB])
    folder = os.path.join(os.path.dirname(fn_args.model_run_dir.rstrip("/")), "workers")
    path = _share(fn_args, folder)
    name = "ots-train-" + hashlib.sha256(folder.encode()).hexdigest()[:10]
    kubernetes.config.load_incluster_config()
    cluster = _Cluster(kubernetes.client.CustomObjectsApi(), _NAMESPACE.read_text().strip())
    runtime, job = train_job(name, settings, path)
    _wait(cluster, name, runtime, job)


def _share(fn_args: FnArgs, folder: str) -> str:
    """Puts examples and arguments where all workers see them; the outputs are there already."""
    patterns = [*fn_args.train_files, *fn_args.eval_files]
    places: dict[str, str] = {}
    for root in dict.fromkeys(os.path.dirname(os.path.dirname(pattern)) for pattern in patterns):
        places[root] = os.path.join(folder, f"examples-{len(places)}")
        done = places[root] + ".done"  # a step that was killed may have copied a part
        if not tf.io.gfile.exists(done):
            copy_folder(root, places[root])
            tf.io.gfile.GFile(done, "w").close()

    def moved(pattern: str) -> str:
        root = os.path.dirname(os.path.dirname(pattern))
        return places[root] + pattern.removeprefix(root)

    base_model = getattr(fn_args, "base_model", None)
    if base_model:
        shared = os.path.join(folder, "base-model")
        copy_folder(base_model, shared)
        base_model = shared
    path = os.path.join(folder, "fn_args.json")
    with tf.io.gfile.GFile(path, "w") as file:
        json.dump(
            {
                "train_files": [moved(pattern) for pattern in fn_args.train_files],
                "eval_files": [moved(pattern) for pattern in fn_args.eval_files],
                "custom_config": fn_args.custom_config,
                "serving_model_dir": fn_args.serving_model_dir,
                "model_run_dir": fn_args.model_run_dir,
                "base_model": base_model,
            },
            file,
        )
    return path


class _Cluster:
    """Objects of Kubeflow Trainer in this pod's namespace."""

    def __init__(self, api: Any, namespace: str):
        self._api, self._place = api, (GROUP, VERSION, namespace)

    def create(self, kind: str, content: dict) -> None:
        """Makes an object unless there is one of its name."""
        self._unless(_CONFLICT, self._api.create_namespaced_custom_object, kind, content)

    def delete(self, kind: str, name: str) -> None:
        """Removes an object if it is there."""
        self._unless(_NOT_FOUND, self._api.delete_namespaced_custom_object, kind, name)

    def conditions(self, name: str) -> dict[str, str]:
        """Those of a TrainJob that hold, by type, with their messages."""
        job = self._api.get_namespaced_custom_object(*self._place, _JOBS, name)
        return {
            one["type"]: one.get("message", "")
            for one in job.get("status", {}).get("conditions", [])
            if one["status"] == "True"
        }

    def _unless(self, status: int, call: Any, *arguments: Any) -> None:
        import kubernetes

        try:
            call(*self._place, *arguments)
        except kubernetes.client.ApiException as error:
            if error.status != status:
                raise


def _wait(cluster: _Cluster, name: str, runtime: dict, job: dict) -> None:
    """Makes the job, waits for its end, and removes it."""
    cluster.create(_RUNTIMES, runtime)
    cluster.create(_JOBS, job)
    while not (conditions := cluster.conditions(name)).keys() & {"Complete", "Failed"}:
        time.sleep(_POLL_SECONDS)
    cluster.delete(_JOBS, name)
    cluster.delete(_RUNTIMES, name)
    if "Failed" in conditions:
        raise RuntimeError(
            f"TrainJob {name} failed: {conditions['Failed']}; the logs of its pods say why. If this "
            "step is tried again, training goes on from the last checkpoint"
        )
