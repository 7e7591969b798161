"""What a preset holds."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from objects_that_sound.components.evaluation.threshold import Threshold
from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.training_config import TrainingConfig

Thresholds = Mapping[str, tuple[Threshold, ...]]
"""By evaluator: "avc", "retrieval", "localisation", "sound_benchmark"."""


@dataclasses.dataclass(frozen=True)
class Preset:
    """Everything about a run but the videos.

    Attributes:
        name: of the preset.
        network: sizes of the network and of the frames and sounds stored for it.
        training: the recipe.
        examples_per_video: frames, each with its second of sound, taken from a video.
        thresholds: what the gate asks on any videos.
        annotated_thresholds: what it asks besides where the classes and boxes of what sounds are
            known, as in generated videos.
        frames_per_example: frames stored around each; see IngestConfig.
        minimum_loudness_dbfs: of the sound of an example; see IngestConfig.
    """

    name: str
    network: NetworkConfig
    training: TrainingConfig
    examples_per_video: int
    thresholds: Thresholds = dataclasses.field(default_factory=dict)
    annotated_thresholds: Thresholds = dataclasses.field(default_factory=dict)
    frames_per_example: int = 1
    minimum_loudness_dbfs: float = -60.0

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
