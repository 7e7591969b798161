"""The processes, on several machines, that train one network together."""

from __future__ import annotations

import dataclasses
import functools
import os

import tensorflow as tf

_ROLES = ("chief", "worker")


@dataclasses.dataclass(frozen=True)
class Workers:
    """How many there are, and which this one is.

    Attributes:
        count: how many; 1 where a process trains alone.
        index: number of this one, from 0.
    """

    count: int = 1
    index: int = 0

    @property
    def is_chief(self) -> bool:
        """Whether this one writes checkpoints, logs and the model, and prints the progress."""
        return self.index == 0


ALONE = Workers()


def workers() -> Workers:
    """Reads the environment variable TF_CONFIG, as TensorFlow does.

    API: `tf.distribute.cluster_resolver.TFConfigClusterResolver`. The chief is the one task of the
    job `chief`, or, where there is none, the first of the job `worker`.

    Raises:
        ValueError: TF_CONFIG is broken, or this process is of another job.
    """
    if not os.environ.get("TF_CONFIG"):
        return ALONE
    resolver = tf.distribute.cluster_resolver.TFConfigClusterResolver()
    try:
        cluster = resolver.cluster_spec().as_dict()
        role, number = resolver.task_type, resolver.task_id
    except ValueError as error:  # of JSON
        raise ValueError(f"TF_CONFIG is no JSON of a cluster: {error}") from error
    tasks = [(name, task) for name in _ROLES for task in range(len(cluster.get(name, ())))]
    if len(tasks) < 2:
        return ALONE
    if (role, number) not in tasks:
        raise ValueError(
            f"TF_CONFIG says that this process is task {number} of the job {role!r}, but only the "
            f"jobs chief and worker train; they have the tasks {tasks}"
        )
    return Workers(len(tasks), tasks.index((role, number)))


@functools.cache
def workers_strategy() -> tf.distribute.Strategy:
    """Waits for all workers, and connects them; one strategy serves the whole process.

    Raises:
        RuntimeError: TensorFlow has computed something in this process before.
    """
    try:
        return tf.distribute.MultiWorkerMirroredStrategy()
    except RuntimeError as error:
        raise RuntimeError(
            "TF_CONFIG names several workers, which TensorFlow connects only before it computes "
            "anything: run each of them in a process of its own, by "
            "`python -m objects_that_sound.models.training_worker` (docs/training.md)"
        ) from error
