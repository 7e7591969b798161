from __future__ import annotations

import pytest

from objects_that_sound.components.evaluation.threshold import (
    Threshold,
    parse_threshold,
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


def test_only_a_metric_with_an_upper_bound_alone_should_be_low():
    assert Threshold("a", at_most=0.1, max_loss=0.1).lower_is_better
    assert not Threshold("a", max_loss=0.1).lower_is_better
