"""A preset with what the caller wants otherwise."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from objects_that_sound.components.evaluation.threshold import Threshold
from objects_that_sound.tfx_pipeline.presets.evaluator_threshold import parse_evaluator_threshold
from objects_that_sound.tfx_pipeline.presets.preset import Preset
from objects_that_sound.tfx_pipeline.presets.registry import PRESETS


def chosen_preset(
    name: str,
    *,
    examples_per_video: int | None = None,
    min_loudness: float | None = None,
    min_avc_accuracy: float | None = None,
    thresholds: Sequence[str] = (),
    annotated: bool = False,
    steps: int | None = None,
    sound_benchmark: bool = False,
) -> Preset:
    """Takes a preset and changes what is given.

    Args:
        name: a name of PRESETS.
        examples_per_video: None for the preset's.
        min_loudness: of an example, in dBFS; None for the preset's.
        min_avc_accuracy: the gate's bound on it; None for the preset's.
        thresholds: what the gate asks, instead of the preset's on the same metrics; see
            `parse_evaluator_threshold`.
        annotated: whether the gate asks for what the preset asks of annotated videos.
        steps: of training; None for the preset's.
        sound_benchmark: whether one is measured, so that thresholds on it can be met.

    Raises:
        ValueError: there is no such preset, or a threshold can't be right.
    """
    if name not in PRESETS:
        raise ValueError(f"there is no preset {name!r}, only {', '.join(PRESETS)}")
    preset = PRESETS[name]()
    instead: dict[str, Any] = {
        "examples_per_video": examples_per_video,
        "min_loudness_dbfs": min_loudness,
    }
    preset = dataclasses.replace(
        preset, **{name: value for name, value in instead.items() if value is not None}
    )
    if annotated:
        preset = preset.asking(preset.annotated_thresholds)
    for text in thresholds:
        evaluator, threshold = parse_evaluator_threshold(text)
        preset = preset.asking({evaluator: (threshold,)})
    if preset.thresholds.get("sound_benchmark") and not sound_benchmark:
        raise ValueError("a threshold on sound_benchmark needs --sound-benchmark")
    if min_avc_accuracy is not None:
        preset = _with_min_avc_accuracy(preset, min_avc_accuracy)
    if steps is not None:
        training = dataclasses.replace(preset.training, steps=steps)
        preset = dataclasses.replace(preset, training=training)
    return preset


def _with_min_avc_accuracy(preset: Preset, bound: float) -> Preset:
    """Changes that bound alone: a model must still not lose against the latest blessed one."""
    for threshold in preset.thresholds.get("avc", ()):
        if threshold.metric == "avc_accuracy":
            return preset.asking({"avc": (dataclasses.replace(threshold, at_least=bound),)})
    return preset.asking({"avc": (Threshold("avc_accuracy", at_least=bound),)})
