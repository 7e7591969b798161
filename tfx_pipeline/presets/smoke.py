"""`--preset smoke`: seconds on two cores; proves that the pipeline runs, not that it learns.

Command: ots run --preset smoke --videos VIDEOS --root ROOT
"""

from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.training_config import TrainingConfig
from objects_that_sound.tfx_pipeline.presets.preset import Preset


def smoke() -> Preset:
    """A tiny AVOL-Net trained for a few steps; the gate asks nothing of it."""
    return Preset(
        name="smoke",
        network=NetworkConfig(
            network="avol",
            image_size=64,
            crop_size=56,
            sample_rate=8000,
            window=128,
            hop=125,
            fft=128,
            filters=(8, 16, 16, 32),
            embedding_size=16,
            batch_norm_momentum=0.8,
            whole_objects=True,
        ),
        training=TrainingConfig(
            batch_size=16, steps=20, steps_per_epoch=10, learning_rate=1e-3, shuffle_buffer=200
        ),
        examples_per_video=3,
    )
