from __future__ import annotations

import pytest

from objects_that_sound.components.evaluation.threshold import Threshold
from objects_that_sound.tfx_pipeline.presets.evaluator_threshold import parse_evaluator_threshold
from objects_that_sound.tfx_pipeline.presets.registry import PRESETS


def test_asking_replaces_what_was_asked_of_the_same_metric():
    one, other = Threshold("avc_accuracy", at_least=0.6), Threshold("avc_auc", at_least=0.7)
    preset = PRESETS["smoke"]().asking({"avc": (one, other)})
    stricter = Threshold("avc_accuracy", at_least=0.9)
    dark = Threshold("fires_silence", at_most=0.1)
    asked = preset.asking({"avc": (stricter,), "localisation": (dark,)})
    assert asked.thresholds == {"avc": (stricter, other), "localisation": (dark,)}
    assert preset.thresholds == {"avc": (one, other)}


@pytest.mark.parametrize("name", sorted(set(PRESETS) - {"smoke"}))
def test_every_preset_that_learns_asks_for_correspondence_and_no_loss(name):
    preset = PRESETS[name]()
    [accuracy] = [one for one in preset.thresholds["avc"] if one.metric == "avc_accuracy"]
    assert accuracy.beats_baselines or accuracy.at_least > 0.6
    assert accuracy.no_loss or 0 < accuracy.max_loss < 0.1


def test_videos_without_annotations_are_not_asked_for_boxes():
    preset = PRESETS["demo"]()
    assert "localisation" not in preset.thresholds
    asked = preset.asking(preset.annotated_thresholds).thresholds
    assert "pointing_accuracy" in {one.metric for one in asked["localisation"]}
    assert asked["avc"] == preset.thresholds["avc"]


def test_the_command_lines_spelling():
    threshold = Threshold("ndcg_image_audio", at_least=0.2, max_loss=0.1)
    assert parse_evaluator_threshold("retrieval:ndcg_image_audio>=0.2:max_loss=0.1") == (
        "retrieval",
        threshold,
    )
    for text in ("avc_accuracy>=0.8", "vision:accuracy>=0.8"):
        with pytest.raises(ValueError, match="names no evaluator"):
            parse_evaluator_threshold(text)
    with pytest.raises(ValueError, match="is no threshold"):
        parse_evaluator_threshold("avc:accuracy")
