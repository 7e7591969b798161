from __future__ import annotations

import pytest

from objects_that_sound.components.evaluation.metric import Better, Metric
from objects_that_sound.components.evaluation.threshold import (
    Threshold,
    check_threshold,
    parse_threshold,
    spell_threshold,
    thresholds_from_json,
    thresholds_to_json,
)


@pytest.mark.parametrize(
    ("text", "threshold"),
    [
        ("avc_accuracy>=0.8", Threshold("avc_accuracy", at_least=0.8)),
        ("false_positives/silence <= .1", Threshold("false_positives/silence", at_most=0.1)),
        ("ndcg:max_loss=0.05", Threshold("ndcg", max_loss=0.05)),
        ("ndcg>=0.5:max_loss=0.05", Threshold("ndcg", at_least=0.5, max_loss=0.05)),
        ("gain>=-1e-3", Threshold("gain", at_least=-0.001)),
    ],
)
def test_the_command_lines_spelling(text, threshold):
    assert parse_threshold(text) == threshold
    assert parse_threshold(spell_threshold(threshold)) == threshold


@pytest.mark.parametrize("text", ["avc_accuracy", "avc=0.8", ">=0.8", "a>=b", "a:loss=1", ""])
def test_another_spelling_is_an_error_that_shows_the_right_one(text):
    with pytest.raises(ValueError, match=r"metric>=0\.8"):
        parse_threshold(text)


def test_a_parameter_holds_thresholds():
    thresholds = [Threshold("a", at_least=0.5, max_loss=0.1), Threshold("b", at_most=0.2)]
    assert thresholds_from_json(thresholds_to_json(thresholds)) == thresholds
    assert thresholds_from_json("") == thresholds_from_json("[]") == []


def test_a_threshold_needs_a_bound_and_a_loss_is_not_negative():
    with pytest.raises(ValueError, match="no bound"):
        Threshold("a")
    with pytest.raises(ValueError, match="below 0"):
        Threshold("a", max_loss=-0.1)


def test_other_json_is_an_error():
    with pytest.raises(ValueError, match="no list of thresholds"):
        thresholds_from_json('[{"metric": "a", "minimum": 1}]')


METRICS = (
    Metric("avc_accuracy", "AVC accuracy"),
    Metric("fires_silence", "Fires at silence", Better.LOWER),
    Metric("universal_threshold", "Universal threshold", Better.NEITHER),
)


@pytest.mark.parametrize(
    "text",
    [
        "avc_accuracy>=0.8:max_loss=0.1",
        "fires_silence<=0.1:max_loss=0.1",
        "universal_threshold>=0.1",
        "universal_threshold<=0.1",
    ],
)
def test_a_bound_in_the_metrics_own_direction_is_taken(text):
    check_threshold(parse_threshold(text), METRICS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("avc_acuracy>=0.8", "Did you mean avc_accuracy.*avc_accuracy, fires_silence, universal"),
        ("accuracy_of_tea>=0.8", "avc_accuracy, fires_silence, universal_threshold"),
        ("avc_accuracy<=0.8", "higher is better.*avc_accuracy>=NUMBER"),
        ("fires_silence>=0.8", "lower is better.*fires_silence<=NUMBER"),
        ("universal_threshold:max_loss=0.1", "no better and no worse"),
    ],
)
def test_a_threshold_that_can_judge_no_model_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        check_threshold(parse_threshold(text), METRICS)
