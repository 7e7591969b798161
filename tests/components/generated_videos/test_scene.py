"""Tests of the scenes: what is drawn by lot, and how."""

import collections

import numpy as np

from objects_that_sound.components.generated_videos.difficulty import Difficulty
from objects_that_sound.components.generated_videos.object_class import CLASSES
from objects_that_sound.components.generated_videos.scene import Scene


def test_a_scene_depends_on_seed_and_index_alone():
    assert Scene.sample(3, 7) == Scene.sample(3, 7)
    assert len({(s.labels, s.width, s.frame_rate) for s in map(_scene, range(20))}) > 15
    assert Scene.sample(3, 7) != Scene.sample(4, 7)


def _scene(index: int) -> Scene:
    return Scene.sample(0, index)


def test_there_are_at_least_ten_classes_and_each_sounds_equally_often():
    assert len(CLASSES) >= 10
    counts = collections.Counter(_scene(i).labels[0] for i in range(5 * len(CLASSES)))
    assert counts == {label: 5 for label in CLASSES}


def test_distractors_are_of_other_classes_and_as_many_as_asked_for():
    scenes = [_scene(i) for i in range(400)]
    for scene in scenes:
        assert len(set(scene.labels)) == len(scene.labels)
    shares = np.bincount([len(s.labels) - 1 for s in scenes], minlength=3) / len(scenes)
    np.testing.assert_allclose(shares, Difficulty().distractor_shares, atol=0.07)


def test_takes_follow_each_other_through_the_whole_video():
    low, high = Difficulty().take_seconds
    for index in range(50):
        scene = _scene(index)
        lengths = np.diff([*scene.cuts, scene.seconds])
        assert scene.cuts[0] == 0
        assert np.all(lengths[:-1] >= low) and np.all(lengths[:-1] <= high)
        assert low / 2 <= lengths[-1] <= high + low / 2
        assert [scene.take(cut) for cut in scene.cuts] == list(range(len(scene.cuts)))
        assert scene.take(scene.cuts[1] - 0.01) == 0


def test_formats_are_mixed():
    scenes = [_scene(i) for i in range(200)]
    assert 0.15 < np.mean([s.container == "webm" for s in scenes]) < 0.35
    assert len({s.frame_rate for s in scenes}) == 6
    assert {s.sample_rate for s in scenes if s.container == "mp4"} >= {16000, 22050, 44100}
    assert {s.sample_rate for s in scenes if s.container == "webm"} == {48000}
    assert {s.channels for s in scenes} == {1, 2}
    shapes = {np.sign(s.width - s.height) for s in scenes}
    assert shapes == {-1, 0, 1}  # Portrait, square and landscape.
    assert all(128 <= min(s.width, s.height) <= 240 for s in scenes)
    assert all(s.width % 2 == 0 and s.height % 2 == 0 for s in scenes)


def test_the_file_name_does_not_tell_the_class():
    scene = _scene(12)
    assert scene.name == f"video_00012.{scene.container}"
    assert not any(label in scene.name for label in CLASSES)
