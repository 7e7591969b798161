"""What a preset holds."""

from __future__ import annotations

import dataclasses

from models.network_config import NetworkConfig
from models.training_config import TrainingConfig


@dataclasses.dataclass(frozen=True)
class Preset:
    """Everything about a run but the videos.

    Attributes:
        name: of the preset.
        network: sizes of the network and of the frames and sounds stored for it.
        training: the recipe.
        examples_per_video: frames, each with its second of sound, taken from a video.
        min_avc_accuracy: the gate's value threshold on AVC accuracy (chance is 0.5).
        max_avc_accuracy_drop: the gate's change threshold: how much worse than the latest blessed
            model a new one may be.
        frames_per_example: frames stored around each; see IngestConfig.
        minimum_loudness_dbfs: of the sound of an example; see IngestConfig.
    """

    name: str
    network: NetworkConfig
    training: TrainingConfig
    examples_per_video: int
    min_avc_accuracy: float
    max_avc_accuracy_drop: float = 0.02
    frames_per_example: int = 1
    minimum_loudness_dbfs: float = -60.0
