"""How the steps of a compiled pipeline are run."""

from __future__ import annotations

import dataclasses
from typing import Annotated

from annotated_types import Ge

from objects_that_sound.models.declared import check_declared
from objects_that_sound.tfx_pipeline.knobs.knob import knobs_of
from objects_that_sound.tfx_pipeline.kubeflow.per_step import PerStep
from objects_that_sound.tfx_pipeline.option_traits import OptionTraits

_NAME = r"[^\s=:]+"
_SIZE = r"[0-9]+(?:[KMGTPE]i?)?"

_FORMS = {
    "cpus": r"[0-9]*\.?[0-9]+m?",
    "memory": _SIZE,
    "ephemeral_storage": rf"{_SIZE}:/.+",
    "node_selectors": rf"{_NAME}={_NAME}",
    "tolerations": rf"{_NAME}={_NAME}(?::(?:NoSchedule|PreferNoSchedule|NoExecute))?",
    "secrets": rf"{_NAME}:{_NAME}=[A-Za-z_][A-Za-z0-9_]*",
    "image_pull_policy": "Always|IfNotPresent|Never",
    "retries": "[0-9]+",
    "volumes": rf"{_NAME}:/.+",
    "report_failures": rf"{_NAME}:{_NAME}",
}
"""The value's regular expression by field, where it is a text of several parts."""

_GPUS = (0, 1, 2, 4, 8, 16)
"""Numbers that kfp takes."""


@dataclasses.dataclass(frozen=True)
class Deployment:
    """Images, hardware, storage, secrets, retries and caching: the options of `ots compile`.

    A value that may have `STEP=` before it is that step's; without, it is every step's.

    Raises:
        ValueError: an option can't be right; says which and what to do.
    """

    image: Annotated[str, "Container image with this project; see docs/kubeflow.md."]
    trainer_image: Annotated[
        str, "Container image for Trainer, with GPU libraries.  [default: --image]"
    ] = ""
    gpus: Annotated[
        int, "Number of GPUs for Trainer, all its workers together: 1, 2, 4, 8 or 16.", Ge(0)
    ] = 0
    training_workers: Annotated[
        int, "Number of pods that train together, by a TrainJob of Kubeflow Trainer 2.", Ge(1)
    ] = 1
    accelerator: Annotated[
        str, "Resource name of the GPUs, or their type on Vertex AI (NVIDIA_TESLA_T4)."
    ] = "nvidia.com/gpu"
    cpus: Annotated[
        tuple[str, ...],
        "Processors that a step asks for: 2, or 500m for half of one. It may use idle ones as well.",
        OptionTraits("--cpu", metavar="[STEP=]NUMBER"),
    ] = ()
    memory: Annotated[
        tuple[str, ...],
        "Memory that a step asks for and may use: 8Gi.",
        OptionTraits(metavar="[STEP=]SIZE"),
    ] = ()
    ephemeral_storage: Annotated[
        tuple[str, ...],
        "Disk that a step gets at FOLDER while it runs: 200Gi:/minio/mlpipeline.",
        OptionTraits(metavar="[STEP=]SIZE:FOLDER"),
    ] = ()
    node_selectors: Annotated[
        tuple[str, ...],
        "Label of the nodes that a step may run on: trainer=pool=gpu.",
        OptionTraits("--node-selector", metavar="[STEP=]KEY=VALUE"),
    ] = ()
    tolerations: Annotated[
        tuple[str, ...],
        "Taint of nodes that a step may run on all the same: trainer=nvidia.com/gpu=*:NoSchedule. "
        "* is any value.",
        OptionTraits("--toleration", metavar="[STEP=]KEY=VALUE[:EFFECT]"),
    ] = ()
    secrets: Annotated[
        tuple[str, ...],
        "Environment variable of a step that holds a key of a Kubernetes secret.",
        OptionTraits("--secret-env", metavar="[STEP=]SECRET:KEY=VARIABLE"),
    ] = ()
    image_pull_policy: Annotated[
        tuple[str, ...],
        "Time when a node fetches the image: Always, IfNotPresent or Never.  [default: the cluster's]",
        OptionTraits(metavar="[STEP=]POLICY"),
    ] = ()
    volumes: Annotated[
        tuple[str, ...],
        "Persistent volume claim that every step sees at FOLDER.",
        OptionTraits("--volume", metavar="CLAIM:FOLDER"),
    ] = ()
    retries: Annotated[
        tuple[str, ...],
        "Number of times that a failed step is tried again.",
        OptionTraits(metavar="[STEP=]NUMBER"),
    ] = ("2",)
    uncached: Annotated[
        tuple[str, ...],
        "Step that runs even if its inputs did not change.",
        OptionTraits("--no-cache", metavar="STEP"),
    ] = ()
    work_dir: Annotated[
        str,
        "Folder, as the steps see it, in which training and ingest keep what a retry continues from. "
        "Without it, a retry begins anew.",
    ] = ""
    report_failures: Annotated[
        str,
        "Kubernetes secret that holds the URL of a webhook. If a run does not succeed, a message is "
        "posted to it. This needs Kubeflow Pipelines 2.14.",
        OptionTraits(metavar="SECRET:KEY"),
    ] = ""

    def __post_init__(self) -> None:
        check_declared(self)
        for name in _FORMS:
            self.per_step(name)
        if self.training_workers == 1 and self.gpus not in _GPUS:
            raise ValueError(f"--gpus must be one of {', '.join(map(str, _GPUS))}, not {self.gpus}")
        if self.gpus and not self.trainer_image:
            raise ValueError(
                "--gpus needs --trainer-image, an image with GPU libraries: without them Trainer "
                "would hold the GPUs and train on the processor"
            )

    def per_step(self, name: str) -> PerStep:
        """What an option that is a text of several parts says of each step.

        Args:
            name: field.

        Raises:
            ValueError: a value is of another form.
        """
        given = getattr(self, name)
        [form] = [OptionTraits.of(one).metavar for one in knobs_of(type(self)) if one.name == name]
        texts = given if isinstance(given, tuple) else tuple(filter(None, [given]))
        return PerStep.read(texts, form or "", _FORMS[name])

    def mounts(self, step: str) -> dict[str, str]:
        """Folders by persistent volume claim, as a step sees them."""
        return dict(text.split(":", 1) for text in self.per_step("volumes").all_of(step))

    def labels(self, step: str) -> dict[str, str]:
        """Labels of the nodes that a step may run on."""
        return dict(text.split("=") for text in self.per_step("node_selectors").all_of(step))

    @property
    def named_steps(self) -> set[str]:
        """All steps that an option names."""
        return {step for name in _FORMS for step in self.per_step(name).steps} | set(self.uncached)
