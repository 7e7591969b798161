"""Tells kfp how a task is to be run."""

from __future__ import annotations

from kfp import dsl, kubernetes

from objects_that_sound.tfx_pipeline.kubeflow.deployment import Deployment
from objects_that_sound.tfx_pipeline.kubeflow.kfp_components import (
    CONFIGURE,
    REPORT_FAILURE,
    TRAINER,
)
from objects_that_sound.tfx_pipeline.kubeflow.train_job import TRAIN_JOB, job_settings

_RETRY_AFTER = "30s"
_NEVER_CACHED = (CONFIGURE, REPORT_FAILURE)


def deploy_task(name: str, task: dsl.PipelineTask, deployment: Deployment) -> None:
    """Gives a task what is asked for its step.

    Args:
        name: name of the step.
        task: task of the pipeline that is being compiled.
        deployment: what is asked.
    """
    task.set_caching_options(name not in (*_NEVER_CACHED, *deployment.uncached))
    # The default also holds where the numbers of other steps are given.
    retries = deployment.per_step("retries").one_of(name) or Deployment.retries[-1]
    if int(retries):
        task.set_retry(int(retries), backoff_duration=_RETRY_AFTER, backoff_factor=2)
    # What trains is not this pod if there are several.
    waits = name == TRAINER and deployment.training_workers > 1
    if (cpus := deployment.per_step("cpus").one_of(name)) and not waits:
        task.set_cpu_request(cpus)
    if (memory := deployment.per_step("memory").one_of(name)) and not waits:
        task.set_memory_request(memory).set_memory_limit(memory)
    if policy := deployment.per_step("image_pull_policy").one_of(name):
        kubernetes.set_image_pull_policy(task, policy)
    for number, storage in enumerate(deployment.per_step("ephemeral_storage").all_of(name)):
        size, folder = storage.split(":", 1)
        kubernetes.add_ephemeral_volume(
            task, f"ephemeral-{number}", folder, ["ReadWriteOnce"], size
        )
    for key, value in deployment.labels(name).items():
        kubernetes.add_node_selector(task, key, value)
    for text in deployment.per_step("tolerations").all_of(name):
        taint, _, effect = text.partition(":")
        key, value = taint.split("=")
        any_value = value == "*"
        kubernetes.add_toleration(
            task,
            key,
            "Exists" if any_value else "Equal",
            None if any_value else value,
            effect or None,  # type: ignore[arg-type] # of the three, by the option's form
        )
    for text in deployment.per_step("secrets").all_of(name):
        source, variable = text.split("=")
        secret, key = source.split(":")
        kubernetes.use_secret_as_env(task, secret, {key: variable})
    for claim, folder in deployment.mounts(name).items():
        kubernetes.mount_pvc(task, pvc_name=claim, mount_path=folder)
    if waits:
        task.set_env_variable(TRAIN_JOB, job_settings(deployment))
    elif name == TRAINER and deployment.gpus:
        task.set_accelerator_type(deployment.accelerator)
        task.set_accelerator_limit(deployment.gpus)
