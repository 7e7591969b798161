"""What is said of a training."""

from __future__ import annotations

import pytest

from objects_that_sound.tfx_pipeline.report.advice.training_sentences import training_sentences

RISING = [0.50, 0.52, 0.55, 0.57, 0.60, 0.62, 0.64, 0.66, 0.67, 0.69]
LEVEL = [0.50, 0.55, 0.60, 0.62, 0.61, 0.62, 0.61, 0.62, 0.61, 0.62]
WORSE = [0.50, 0.55, 0.60, 0.64, 0.66, 0.65, 0.64, 0.62, 0.61, 0.60]


@pytest.mark.parametrize(
    ("accuracy", "said"),
    [
        (RISING, "still getting better"),
        (LEVEL, "no longer got better"),
        (WORSE, "begun to learn its videos by heart"),
        (RISING[:3], "that takes 5 validations, and there were 3"),
    ],
)
def test_the_course_is_said(training, accuracy, said):
    assert said in " ".join(training_sentences(training(accuracy)))


@pytest.mark.parametrize(
    ("ended", "said"),
    [
        ("steps", "Training ended when all steps asked for were taken, after 1,000 steps."),
        ("plateau", "Training ended by itself, as validation no longer improved, after 1,000"),
        ("minutes", "Training ended when its time was over, after 1,000 steps."),
    ],
)
def test_the_end_is_said(training, ended, said):
    assert training_sentences(training(LEVEL, ended=ended))[0].startswith(said)


def test_the_chosen_epoch_is_said_with_both_of_its_accuracies(training):
    sentences = training_sentences(training(WORSE, exported=4, chosen=True))
    assert sentences[-1] == "The model is that of step 500, where validation was best."
    assert (
        "AVC accuracy was 0.660 on the videos that it learnt, and 0.660 on others" in sentences[-2]
    )
    assert "where validation was best" not in " ".join(training_sentences(training(WORSE)))


def test_without_curves_nothing_is_said(training):
    assert training_sentences(None) == []
    assert training_sentences(training([], exported=0)) == []
