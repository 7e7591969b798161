"""`--preset full`: the paper's size with the default recipe, for a GPU; not trained by us.

Command: ots run --preset full --videos VIDEOS --root ROOT
Cost: 31 GFLOP a pair, 26 million pairs.
Figures: none yet; AVC accuracy 0.819 and pointing accuracy 0.817 are the paper's on AudioSet.
"""

from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.training_config import TrainingConfig
from objects_that_sound.tfx_pipeline.presets.preset import Preset
from objects_that_sound.tfx_pipeline.presets.thresholds import full_size_thresholds


def full() -> Preset:
    """AVOL-Net at the paper's size with all pairs of a batch, silence and noise."""
    return Preset(
        name="full",
        network=NetworkConfig(network="avol", whole_objects=True),
        training=TrainingConfig(background_sounds=16, batch_size=128, steps=200_000),
        examples_per_video=10,
        thresholds=full_size_thresholds(min_avc_accuracy=0.75),
    )
