"""The group `ots evaluate`."""

from __future__ import annotations

import click

from objects_that_sound.tfx_pipeline.lazy_group import LazyGroup

_COMMANDS = {
    "avc": "Do image and sound correspond? Accuracy on pairs of both kinds.",
    "retrieval": "Does one modality find the other? nDCG and recall.",
    "localisation": "Does the map point at what sounds, and stay dark where nothing does?",
    "sound-benchmark": "What are the sound's features worth? ESC-50, ESC-10, DCASE, UrbanSound8K.",
}


@click.group(cls=LazyGroup, package=__package__, table=_COMMANDS)
def command() -> None:
    """Measure a model with one evaluator, as the pipeline does, and judge it by thresholds.

    Exit status: 0 every threshold is met, 3 one is not, 1 an error.
    """
