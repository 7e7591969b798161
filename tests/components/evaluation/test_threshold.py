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
        ("avc:beats_baselines", Threshold("avc", beats_baselines=True)),
        ("avc:beats_chance", Threshold("avc", beats_chance=1.0)),
        ("avc : beats_chance = 1.5", Threshold("avc", beats_chance=1.5)),
        ("fires<=0.1:no_loss", Threshold("fires", at_most=0.1, no_loss=True)),
        (
            "avc:no_loss:beats_chance=2:beats_baselines",
            Threshold("avc", beats_baselines=True, beats_chance=2.0, no_loss=True),
        ),
    ],
)
def test_the_command_lines_spelling(text, threshold):
    assert parse_threshold(text) == threshold
    assert parse_threshold(spell_threshold(threshold)) == threshold


@pytest.mark.parametrize(
    "text",
    [
        "avc_accuracy",
        "avc=0.8",
        ">=0.8",
        "a>=b",
        "a:loss=1",
        "",
        "a:",
        "a:max_loss",
        "a:no_loss=1",
        "a:no_loss:no_loss",
        "a:beats_baselines=1",
        "a:beats_chance=much",
        "a>=0.5:beats_everybody",
    ],
)
def test_another_spelling_is_an_error_that_shows_the_right_one(text):
    with pytest.raises(ValueError, match=r"metric>=0\.8"):
        parse_threshold(text)


def test_a_parameter_holds_thresholds():
    thresholds = [
        Threshold("a", at_least=0.5, max_loss=0.1),
        Threshold("b", at_most=0.2),
        Threshold("c", at_least=0.0, beats_baselines=True, beats_chance=0.0, no_loss=True),
    ]
    assert thresholds_from_json(thresholds_to_json(thresholds)) == thresholds
    assert thresholds_from_json("") == thresholds_from_json("[]") == []


def test_a_threshold_needs_a_bound_and_a_loss_is_not_negative():
    with pytest.raises(ValueError, match="no bound"):
        Threshold("a")
    with pytest.raises(ValueError, match="below 0"):
        Threshold("a", max_loss=-0.1)
    with pytest.raises(ValueError, match=r"beats_chance of a is -0\.1, below 0"):
        Threshold("a", beats_chance=-0.1)
    with pytest.raises(ValueError, match="both no_loss and max_loss"):
        Threshold("a", max_loss=0.1, no_loss=True)


def test_other_json_is_an_error():
    with pytest.raises(ValueError, match="no list of thresholds"):
        thresholds_from_json('[{"metric": "a", "minimum": 1}]')


METRICS = (
    Metric("avc_accuracy", "AVC accuracy"),
    Metric("fires_silence", "Fires at silence", Better.LOWER),
    Metric("universal_threshold", "Universal threshold", Better.NEITHER),
    Metric("loudness", "Mean loudness", Better.LOWER, unit="dBFS"),
    Metric("gain", "Gain over random networks"),
)


@pytest.mark.parametrize(
    "text",
    [
        "avc_accuracy>=0.8:max_loss=0.1",
        "fires_silence<=0.1:max_loss=0.1",
        "universal_threshold>=0.1",
        "universal_threshold<=0.1",
        "avc_accuracy:beats_baselines:beats_chance:no_loss",
        "fires_silence:beats_chance",
        "avc_accuracy>=1:max_loss=1",
        "fires_silence<=0",
        "fires_silence<=1.5",  # asks for nothing, and could be met
        "universal_threshold>=3",
        "loudness<=-20:max_loss=6",
        "gain>=-0.1",
    ],
)
def test_a_bound_in_the_metrics_own_direction_is_taken(text):
    _check(text)


def _check(text: str) -> None:
    threshold = parse_threshold(text)
    check_threshold(threshold, METRICS, with_chance=METRICS[:2], with_baselines=METRICS[:1])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("avc_acuracy>=0.8", "Did you mean avc_accuracy.*avc_accuracy, fires_silence, universal"),
        ("accuracy_of_tea>=0.8", "avc_accuracy, fires_silence, universal_threshold"),
        ("avc_accuracy<=0.8", "higher is better.*avc_accuracy>=NUMBER"),
        ("fires_silence>=0.8", "lower is better.*fires_silence<=NUMBER"),
        ("avc_accuracy>=80", "no model reaches 80, because avc_accuracy is at most 1.*0.8"),
        ("avc_accuracy>=1.01", "at most 1"),
        ("gain>=5:no_loss", "gain is at most 1"),
        ("fires_silence<=-0.1", "no model reaches -0.1, because fires_silence is at least 0"),
        ("avc_accuracy>=0.8:max_loss=5", "max_loss asks for nothing.*0.8"),
        ("universal_threshold:max_loss=0.1", "so max_loss cannot be asked"),
        ("universal_threshold:no_loss", "so no_loss cannot be asked"),
        ("universal_threshold:beats_chance", "so beats_chance cannot be asked"),
        ("fires_silence:beats_baselines", "beats_baselines could compare.*asked of: avc_accuracy$"),
    ],
)
def test_a_threshold_that_can_judge_no_model_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        _check(text)


def test_an_evaluator_without_chance_says_so():
    asked = parse_threshold("avc_accuracy:beats_chance")
    with pytest.raises(ValueError, match="asked of: none of this evaluator's metrics"):
        check_threshold(asked, METRICS)
