"""`--preset ave`: AVE-Net of "Objects that Sound" as printed, for GPUs; not trained by us.

Command: ots run --preset ave --videos VIDEOS --root ROOT
Cost: 31 GFLOP a pair, 2,048 pairs a step; the paper used 16 GPUs.
Figures to reach: AVC accuracy 0.819, nDCG@30 .604/.561/.587/.665 (im-im, im-aud, aud-im, aud-aud)
on AudioSet-Instruments (section 3.4).
"""

from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.training_config import TrainingConfig
from objects_that_sound.tfx_pipeline.presets.preset import Preset
from objects_that_sound.tfx_pipeline.presets.thresholds import full_size_thresholds


def ave() -> Preset:
    """AVE-Net with one negative pair an example (section 3.3)."""
    return Preset(
        name="ave",
        network=NetworkConfig(network="ave", normalise=False),
        training=split_pairs_2048(),
        examples_per_video=10,
        thresholds=full_size_thresholds(min_avc_accuracy=0.75),
    )


def split_pairs_2048() -> TrainingConfig:
    """The recipe of both networks of "Objects that Sound" (section 3.3).

    The paper's 16 devices, of 128 pairs each, one after the other on one.
    """
    return TrainingConfig(
        objective="split_pairs",
        batch_size=2048,
        accumulation_steps=16,
        steps=100_000,
        steps_per_epoch=128,  # one example of each of AudioSet-Instruments' 263,000 videos
        learning_rate=1e-4,
        learning_rate_decay=0.94,
        decay_epochs=16,
        weight_decay=1e-5,
    )
