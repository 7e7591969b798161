"""What the gate asks of networks that nobody has trained here yet."""

from __future__ import annotations

from objects_that_sound.components.evaluation.threshold import Threshold
from objects_that_sound.tfx_pipeline.presets.preset import Thresholds


def full_size_thresholds(min_avc_accuracy: float) -> Thresholds:
    """AVC accuracy, sounds found by images and images by sounds surely above chance, no big loss.

    The margins are guesses: measure a few seeds first, as benchmarks/gate does, before a model
    that others depend upon is judged by them.

    Args:
        min_avc_accuracy: chance is 0.5.
    """
    return {
        "avc": (Threshold("avc_accuracy", at_least=min_avc_accuracy, max_loss=0.02),),
        "retrieval": (
            Threshold("ndcg_over_chance_image_audio", at_least=0.0, max_loss=0.05),
            Threshold("ndcg_over_chance_audio_image", at_least=0.0, max_loss=0.05),
        ),
    }
