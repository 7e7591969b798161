"""`--preset demo`: minutes on two cores, on generated videos.

Command: make demo
Cost: 5 minutes of training, 10 in all.
Figures: AVC accuracy 0.893 of a ceiling of 0.931, pointing accuracy 0.986 (image centre 0.177),
cIoU 0.725 (0.003), mean overlap of map and box 0.572 (0.187); mean of three seeds 0.895, 0.921, 0.632
and 0.535. At the score that 90 % of the true sounds reach, 0 % of the frames fire at silence and noise,
2 % at off-screen sounds.
"""

from objects_that_sound.components.evaluation.threshold import Threshold
from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.training_config import TrainingConfig
from objects_that_sound.tfx_pipeline.presets.preset import Preset


def demo() -> Preset:
    """A small AVOL-Net with all pairs of a batch, silence and noise."""
    return Preset(
        name="demo",
        network=NetworkConfig(
            network="avol",
            image_size=72,
            crop_size=64,
            sample_rate=16000,
            window=256,
            hop=250,
            fft=256,
            image_stride=1,
            filters=(16, 32, 64, 128),
            batch_norm_momentum=0.9,
            whole_objects=True,
        ),
        training=TrainingConfig(
            objective="all_pairs",
            background_sounds=8,
            augmentation="erasing",
            batch_size=64,
            steps=500,
            steps_per_epoch=50,
            learning_rate=1e-3,
            learning_rate_decay="cosine",
            shuffle_buffer=5000,
        ),
        examples_per_video=10,
        # Margins: what seeds alone make of a model (docs/laboratory/evaluation.md), and the intervals' width.
        thresholds={
            "avc": (Threshold("avc_accuracy", at_least=0.8, max_loss=0.08),),
            "retrieval": (
                Threshold("ndcg_over_chance_image_audio", at_least=0.0, max_loss=0.15),
                Threshold("ndcg_over_chance_audio_image", at_least=0.0, max_loss=0.15),
            ),
        },
        annotated_thresholds={
            "retrieval": (
                Threshold("ndcg_over_chance_image_audio", at_least=0.3, max_loss=0.15),
                Threshold("ndcg_over_chance_audio_image", at_least=0.3, max_loss=0.15),
            ),
            "localisation": (
                Threshold("pointing_accuracy", at_least=0.6, max_loss=0.2),
                Threshold("ciou", at_least=0.3, max_loss=0.2),
                Threshold("fires_silence", at_most=0.1),
                Threshold("fires_noise", at_most=0.1),
                Threshold("fires_off_screen", at_most=0.2),
            ),
        },
    )
