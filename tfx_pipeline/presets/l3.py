"""`--preset l3`: "Look, Listen and Learn" as printed, for GPUs; not trained by us.

Command: ots run --preset l3 --videos VIDEOS --root ROOT
Cost: 124 GFLOP a pair; the paper took two days on 16 GPUs for 400,000 videos.
Figure to reach: AVC accuracy 0.78 on Flickr-SoundNet, 0.74 on Kinetics-Sounds (section 3.2);
0.808 on AudioSet-Instruments ("Objects that Sound", section 3.4).
"""

from objects_that_sound.components.evaluation.threshold import Threshold
from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.training_config import TrainingConfig
from objects_that_sound.tfx_pipeline.presets.preset import Preset


def l3() -> Preset:
    """L3-Net with one negative pair an example (section 3.1)."""
    return Preset(
        name="l3",
        network=NetworkConfig(network="l3", image_stride=1, audio_stride=1),
        training=TrainingConfig(
            objective="split_pairs",
            batch_size=256,
            accumulation_steps=4,
            steps=400_000,
            steps_per_epoch=1_562,  # one example of each of 400,000 videos
            learning_rate=1e-4,
            weight_decay=1e-5,
        ),
        examples_per_video=10,
        # Its vectors of image and sound are not made to be compared, so retrieval is not asked for.
        thresholds={"avc": (Threshold("avc_accuracy", at_least=0.7, max_loss=0.02),)},
    )
