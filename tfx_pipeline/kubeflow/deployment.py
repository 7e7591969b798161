"""How the steps of a compiled pipeline are run."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence


@dataclasses.dataclass(frozen=True)
class Deployment:
    """Images, hardware, storage, retries and caching.

    Attributes:
        image: with this project; of all steps.
        trainer_image: of Trainer alone; "" for the same.
        gpus: that Trainer asks for, all its workers together.
        training_workers: number of processes, each in a pod of its own, that train together.
        accelerator: their kind: a resource of Kubernetes (`nvidia.com/gpu`), or on Vertex AI a type
            (`NVIDIA_TESLA_T4`).
        node_selector: labels of the nodes that Trainer may run on.
        volumes: persistent volume claims, and where every step mounts them.
        retries: of each step that fails.
        step_retries: by name of a step, of those with another number.
        uncached: names of steps that run each time.
        work_dir: folder in which Trainer and VideoExampleGen keep what a retry goes on from; ""
            where they begin anew.
    """

    image: str
    trainer_image: str = ""
    gpus: int = 0
    training_workers: int = 1
    accelerator: str = "nvidia.com/gpu"
    node_selector: Mapping[str, str] = dataclasses.field(default_factory=dict)
    volumes: Mapping[str, str] = dataclasses.field(default_factory=dict)
    retries: int = 2
    step_retries: Mapping[str, int] = dataclasses.field(default_factory=dict)
    uncached: Sequence[str] = ()
    work_dir: str = ""
