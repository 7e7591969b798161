"""`--preset ave25`: AVE-Net of 25 frames (AVE+MF of "Objects that Sound"), not trained by us.

The second of sound goes with 25 frames around its middle instead of one. The paper says that it
takes them, not how: stacking them along the channels of conv1_1 is our choice.

Command: ots run --preset ave25 --videos VIDEOS --root ROOT
Cost: 33 GFLOP a pair, 2,048 pairs a step; the paper used 16 GPUs. 25 JPEGs of 20 to 30 kB an example.
Figure to reach: AVC accuracy 0.847 on AudioSet-Instruments (section 3.4); with one frame 0.819.
"""

from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.tfx_pipeline.presets.ave import split_pairs_2048
from objects_that_sound.tfx_pipeline.presets.preset import Preset
from objects_that_sound.tfx_pipeline.presets.thresholds import full_size_thresholds


def ave25() -> Preset:
    """AVE-Net as printed but for its 25 frames (section 3.4)."""
    return Preset(
        name="ave25",
        network=NetworkConfig(network="ave", normalise=False, frames=25),
        training=split_pairs_2048(),
        examples_per_video=10,
        thresholds=full_size_thresholds(min_avc_accuracy=0.75),
    )
