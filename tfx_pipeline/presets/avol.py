"""`--preset avol`: AVOL-Net of "Objects that Sound" as printed, for GPUs; not trained by us.

Command: ots run --preset avol --videos VIDEOS --root ROOT
Cost: 31 GFLOP a pair, 2,048 pairs a step; the paper used 16 GPUs.
Figures to reach: AVC accuracy about 0.82, pointing accuracy 0.817 (image centre 0.572) on
AudioSet-Instruments (section 4.2).
"""

from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.tfx_pipeline.presets.ave import split_pairs_2048
from objects_that_sound.tfx_pipeline.presets.preset import Preset
from objects_that_sound.tfx_pipeline.presets.thresholds import full_size_thresholds


def avol() -> Preset:
    """AVOL-Net with one negative pair an example (section 4.1)."""
    return Preset(
        name="avol",
        network=NetworkConfig(network="avol", normalise=False, pooled_head=False),
        training=split_pairs_2048(),
        examples_per_video=10,
        thresholds=full_size_thresholds(min_avc_accuracy=0.75),
    )
