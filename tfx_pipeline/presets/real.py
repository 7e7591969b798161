"""`--preset real`: half an hour on two cores, on real video; the default of `ots run`.

Command: ots run --videos VIDEOS --root ROOT
Cost: training ends where validation becomes no better, after 20 minutes at most; 30 in all.
Figures: on composed clips (photographs with real sounds, 8 classes, 448 to train on, 64 to choose the
epoch, three seeds, 21 to 27 minutes) AVC accuracy 0.810 to 0.816 of a ceiling of 0.947, nDCG@30 0.710
to 0.742 from image to sound and 0.759 to 0.789 back (chance 0.111); pushed. See docs/results.md.
"""

from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.training_config import TrainingConfig
from objects_that_sound.tfx_pipeline.presets.preset import Preset
from objects_that_sound.tfx_pipeline.presets.thresholds import relative_thresholds


def real() -> Preset:
    """A small AVE-Net that sees many moments of each video, never twice alike."""
    return Preset(
        name="real",
        network=NetworkConfig(
            network="ave",
            image_size=72,
            crop_size=64,
            sample_rate=16000,
            window=512,
            hop=250,
            fft=512,
            mel_bands=64,
            normalise_sound=True,
            filters=(16, 32, 64, 128),
            pooling="mixed",
            batch_norm_momentum=0.9,
            whole_objects=True,
        ),
        training=TrainingConfig(
            objective="contrastive",
            background_sounds=8,
            sound_contrast=1.0,
            augmentation="strong",
            batch_size=64,
            steps=0,
            minutes=20.0,
            steps_per_epoch=0,
            learning_rate=3e-3,
            learning_rate_decay="plateau",
            weight_decay=0.05,
            average_weights=True,
            calibrate=True,
            shuffle_buffer=20_000,
        ),
        examples_per_video=30,
        thresholds=relative_thresholds(),
    )
