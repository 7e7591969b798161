"""What is said of the videos."""

from __future__ import annotations

import pytest

from objects_that_sound.tfx_pipeline.report.advice.data_sentences import (
    data_sentences,
    has_few_held_out,
)
from objects_that_sound.tfx_pipeline.report.video_counts import VideoCounts


def test_clips_hours_scenes_and_held_out_scenes_are_named():
    videos = VideoCounts({"train": 303, "eval": 76}, {"train": 80, "eval": 20}, 2268)
    assert data_sentences(videos) == [
        "The model learnt from 303 clips of 80 scenes, and it was judged by 76 clips of 20 scenes "
        "that it had never met; together they are 0.63 hours of video."
    ]


def test_clips_that_stop_the_training_are_named_too():
    videos = VideoCounts({"train": 1, "val": 2, "eval": 30}, {"train": 1, "val": 2, "eval": 10})
    [sentence] = data_sentences(videos)
    assert "from 1 clip of 1 scene, 2 clips of 2 scenes told when to stop, and it" in sentence
    assert "hours" not in sentence


@pytest.mark.parametrize(("held_out", "few"), [(1, True), (9, True), (10, False), (500, False)])
def test_few_held_out_scenes_are_said(held_out, few):
    videos = VideoCounts({"train": 400, "eval": 1000}, {"train": 40, "eval": held_out})
    text = " ".join(data_sentences(videos))
    assert has_few_held_out(videos) is few
    assert ("the figures say little" in text) is few


def test_clips_that_are_scenes_of_their_own_are_said():
    alone = VideoCounts({"train": 40, "eval": 10}, {"train": 40, "eval": 10})
    assert "Each clip counts as a scene of its own." in data_sentences(alone)
    together = VideoCounts({"train": 40, "eval": 20}, {"train": 40, "eval": 10})
    assert "Each clip counts as a scene of its own." not in data_sentences(together)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (36, "0.01 hours"),
        (2268, "0.63 hours"),
        (3600, "1 hour"),
        (35_990, "10 hours"),
        (359_000, "100 hours"),
        (36_000_000, "10,000 hours"),
    ],
)
def test_hours_of_any_length(seconds, said):
    [sentence] = data_sentences(VideoCounts({"train": 40, "eval": 20}, {}, seconds))
    assert f"together they are {said} of video" in sentence


def test_what_is_not_known_is_not_said():
    assert data_sentences(None) == []
    [sentence] = data_sentences(VideoCounts({"train": 4000, "eval": 1000}, {}, 3_600_000))
    assert "scene" not in sentence
    assert "4,000 clips" in sentence
    assert "1,000 hours" in sentence
