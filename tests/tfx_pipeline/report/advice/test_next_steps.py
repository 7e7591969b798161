"""What a run is told to do next."""

from __future__ import annotations

import pytest

from objects_that_sound.tfx_pipeline.report.advice.next_steps import next_steps
from objects_that_sound.tfx_pipeline.report.video_counts import VideoCounts

RISING = [0.50, 0.52, 0.55, 0.57, 0.60, 0.62, 0.64, 0.66, 0.67, 0.69]
WORSE = [0.50, 0.55, 0.60, 0.64, 0.66, 0.65, 0.64, 0.62, 0.61, 0.60]
GOOD = (0.7, 0.66, 0.74)
CHANCE = (0.51, 0.48, 0.54)
ASKED = {"asks": ["avc_accuracy>=0.6"]}


def _said(summary) -> str:
    return "\n".join(next_steps(summary))


@pytest.mark.parametrize(
    ("ended", "said"),
    [("steps", "--set training.steps=2000"), ("minutes", "give more --minutes")],
)
def test_a_model_that_was_getting_better_is_trained_longer(finished, training, ended, said):
    summary = finished(*GOOD, **ASKED, history=training(RISING, ended=ended))
    assert said in _said(summary)
    assert "Train longer" not in _said(finished(*GOOD, **ASKED))


def test_an_overfitted_model_needs_other_video_and_not_more_steps(finished, training):
    text = _said(finished(*GOOD, **ASKED, history=training(WORSE)))
    assert "Give more video, above all of other scenes" in text
    assert "Train longer" not in text


def test_a_model_that_became_no_better_needs_more_video(finished):
    assert "Give more video: with these videos training longer brings nothing more." in _said(
        finished(*GOOD, **ASKED)
    )


def test_a_model_at_chance_is_told_to_look_at_its_videos(finished, training):
    assert "There is too little to learn from in these videos" in _said(finished(*CHANCE, **ASKED))
    assert "too little to learn from" not in _said(finished(*GOOD, **ASKED))
    rising = finished(*CHANCE, **ASKED, history=training(RISING))
    assert "too little to learn from" not in _said(rising)


def test_a_run_that_asked_nothing_is_told_to_train_in_earnest(finished):
    assert "Train in earnest" in _said(finished(*CHANCE))
    assert "Train in earnest" not in _said(finished(*CHANCE, **ASKED))
    assert "too little to learn from" not in _said(finished(*CHANCE))


def test_few_held_out_scenes_ask_for_more_of_them(finished):
    few = VideoCounts({"train": 90, "eval": 30}, {"train": 9, "eval": 3})
    assert "more scenes, so that at least 10 are held out" in _said(
        finished(*GOOD, **ASKED, videos=few)
    )
    assert "more scenes" not in _said(finished(*GOOD, **ASKED))


def test_clips_that_are_scenes_of_their_own_ask_for_a_group_regex(finished):
    alone = VideoCounts({"train": 90, "eval": 30}, {"train": 90, "eval": 30})
    assert "--group-regex" in _said(finished(*GOOD, **ASKED, videos=alone))
    assert "--group-regex" not in _said(finished(*GOOD, **ASKED))
    given = {"VideoExampleGen": {"group_regex": "_g\\d+_"}}  # it has found that they are
    assert "--group-regex" not in _said(finished(*GOOD, **ASKED, videos=alone, parameters=given))


def test_a_learning_curve_that_nobody_measured_is_offered(finished, curve):
    offer = "`ots advise --root runs/mine`"
    assert offer in _said(finished(*GOOD, **ASKED))
    assert offer not in _said(finished(*GOOD, **ASKED, learning_curve=curve()))
    assert offer not in _said(finished(*GOOD))


def test_a_run_that_trained_nothing_gets_no_steps(finished):
    assert next_steps(finished(*GOOD, history=None)) == []
