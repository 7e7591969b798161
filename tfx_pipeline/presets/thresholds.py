"""What the gate asks of networks on videos whose figures nobody knows beforehand."""

from __future__ import annotations

from objects_that_sound.components.evaluation.threshold import Threshold
from objects_that_sound.tfx_pipeline.presets.preset import Thresholds


def relative_thresholds() -> Thresholds:
    """Bounds that make sense on any videos: they compare with what is measured beside the model.

    AVC accuracy and retrieval across modalities must beat chance by the width of their interval,
    beat every baseline with intervals apart, and lose nothing against the latest blessed model.
    """
    return {
        "avc": (_relative("avc_accuracy"),),
        "retrieval": (_relative("ndcg_image_audio"), _relative("ndcg_audio_image")),
    }


def _relative(metric: str) -> Threshold:
    return Threshold(metric, beats_baselines=True, beats_chance=1.0, no_loss=True)


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
