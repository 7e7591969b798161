"""What Kubeflow Trainer 2 is asked for: a TrainJob of several workers, and the runtime that it names."""

from __future__ import annotations

import json
from typing import Any

from objects_that_sound.tfx_pipeline.kubeflow.deployment import Deployment

GROUP, VERSION = "trainer.kubeflow.org", "v1alpha1"
TRAIN_JOB = "OTS_TRAIN_JOB"
"""Environment variable of the step Trainer: how the workers are run, as `job_settings` gives it."""

_STEP = "trainer"
_API = f"{GROUP}/{VERSION}"
_NODE = "node"  # Kubeflow Trainer's name of the job of the workers, and of their container
_PORT = 2222
_RESTARTS = 3  # of all workers together, after which the step itself fails


def job_settings(deployment: Deployment) -> str:
    """What the step Trainer must know of a deployment to ask for the workers, as JSON.

    Raises:
        ValueError: the workers would not see a folder in common, or can't share the GPUs.
    """
    workers, work_dir = deployment.training_workers, deployment.work_dir
    volumes = deployment.mounts(_STEP)
    shared = any(f"{work_dir}/".startswith(f"{place}/") for place in volumes.values())
    if not shared:
        raise ValueError(
            "--training-workers needs --work-dir in a --volume that several pods may write to "
            "(ReadWriteMany): all workers read examples and checkpoints there"
        )
    if deployment.gpus % workers:
        raise ValueError(
            f"--gpus {deployment.gpus} must be a multiple of --training-workers {workers}: they are "
            "those of all workers together"
        )
    cpus, memory = (deployment.per_step(name).one_of(_STEP) for name in ("cpus", "memory"))
    gpus = str(deployment.gpus // workers) if deployment.gpus else None
    return json.dumps(
        {
            "image": deployment.trainer_image or deployment.image,
            "workers": workers,
            "resources": {
                "requests": _said(cpu=cpus, memory=memory),
                "limits": _said(memory=memory, **{deployment.accelerator: gpus}),
            },
            "node_selector": deployment.labels(_STEP),
            "volumes": volumes,
        }
    )


def train_job(name: str, settings: dict[str, Any], fn_args: str) -> tuple[dict, dict]:
    """The objects of Kubernetes.

    Args:
        name: name of both; of lower-case letters, digits and hyphens.
        settings: what `job_settings` gave, parsed.
        fn_args: path of the file of arguments; see `models.training_worker`.

    Returns:
        A TrainingRuntime and a TrainJob (API: `trainer.kubeflow.org/v1alpha1`).
    """
    workers = settings["workers"]
    # As JobSet names its pods; TensorFlow must know all of them, not only the first.
    hosts = [f"{name}-{_NODE}-0-{index}.{name}:{_PORT}" for index in range(workers)]
    container = {
        "name": _NODE,
        "image": settings["image"],
        "volumeMounts": [
            {"name": claim, "mountPath": place} for claim, place in settings["volumes"].items()
        ],
    }
    pod = {
        "restartPolicy": "Never",
        "nodeSelector": settings["node_selector"],
        "volumes": [
            {"name": claim, "persistentVolumeClaim": {"claimName": claim}}
            for claim in settings["volumes"]
        ],
        "containers": [container],
    }
    job = {
        "name": _NODE,
        "template": {
            "metadata": {"labels": {f"{GROUP}/trainjob-ancestor-step": "trainer"}},
            # A worker that is started again by itself would find nobody: all are, by the JobSet.
            "spec": {"backoffLimit": 0, "template": {"spec": pod}},
        },
    }
    runtime = {
        "apiVersion": _API,
        "kind": "TrainingRuntime",
        "metadata": {"name": name},
        "spec": {
            "mlPolicy": {"numNodes": workers},
            "template": {
                "spec": {"failurePolicy": {"maxRestarts": _RESTARTS}, "replicatedJobs": [job]}
            },
        },
    }
    module = "objects_that_sound.models.training_worker"
    trainer = {
        "image": settings["image"],
        "command": ["python", "-P", "-m", module],
        "args": [fn_args, "--addresses", ",".join(hosts)],
        "numNodes": workers,
        "resourcesPerNode": settings["resources"],
    }
    reference = {"apiGroup": GROUP, "kind": "TrainingRuntime", "name": name}
    return runtime, {
        "apiVersion": _API,
        "kind": "TrainJob",
        "metadata": {"name": name},
        "spec": {"runtimeRef": reference, "trainer": trainer},
    }


def _said(**values: str | None) -> dict[str, str]:
    return {name: value for name, value in values.items() if value is not None}
