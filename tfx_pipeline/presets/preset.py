"""What a preset holds."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Annotated

from objects_that_sound.components.evaluation.threshold import Threshold
from objects_that_sound.components.video_example_gen.ingest_config import (
    ExamplesPerVideo,
    MinLoudness,
    StoredSound,
)
from objects_that_sound.models.declared import check_declared
from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.training_config import TrainingConfig

Thresholds = Mapping[str, tuple[Threshold, ...]]
"""By evaluator: "avc", "retrieval", "localisation", "sound_benchmark"."""


@dataclasses.dataclass(frozen=True)
class Preset:
    """Everything about a run but the videos."""

    name: Annotated[str, "Name of the preset."]
    network: Annotated[NetworkConfig, "Sizes of the network, and of what is stored for it."]
    training: Annotated[TrainingConfig, "Recipe of the training."]
    examples_per_video: ExamplesPerVideo
    thresholds: Annotated[Thresholds, "Bounds that the gate asks of any videos."] = (
        dataclasses.field(default_factory=dict)
    )
    annotated_thresholds: Annotated[
        Thresholds,
        "Further bounds, where the classes and boxes of what sounds are known (`ots demo`).",
    ] = dataclasses.field(default_factory=dict)
    min_loudness_dbfs: MinLoudness = -60.0
    audio_codec: StoredSound = "pcm"

    def __post_init__(self):
        """Checks the values.

        Raises:
            ValueError: names the field that cannot be.
        """
        check_declared(self)

    def asking(self, thresholds: Thresholds) -> Preset:
        """A copy that asks for these thresholds too; they replace those on the same metrics."""
        asked = {
            name: {one.metric: one for one in self.thresholds[name]} for name in self.thresholds
        }
        for name, added in thresholds.items():
            asked.setdefault(name, {}).update({one.metric: one for one in added})
        return dataclasses.replace(
            self, thresholds={name: tuple(asked[name].values()) for name in asked}
        )
