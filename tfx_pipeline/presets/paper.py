"""`--preset paper`: the full-size network, for a GPU; not run to the end by us.

Command: ots run --preset paper --videos VIDEOS --root ROOT
Cost: 31 GFLOP a pair; the paper used 16 GPUs for two days.
Figure to reach: AVC accuracy 0.819 on AudioSet-Instruments ("Objects that Sound", section 3.4).
"""

from models.network_config import NetworkConfig
from models.training_config import TrainingConfig
from tfx_pipeline.presets.preset import Preset


def paper() -> Preset:
    """AVOL-Net of "Objects that Sound" at full size, with all pairs of a batch."""
    return Preset(
        name="paper",
        network=NetworkConfig(network="avol"),
        training=TrainingConfig(batch_size=128, steps=200_000),
        examples_per_video=10,
        min_avc_accuracy=0.75,
    )
