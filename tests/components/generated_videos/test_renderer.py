"""Tests of the frames and boxes."""

import numpy as np
import pytest

from objects_that_sound.components.generated_videos.object_class import CLASSES
from objects_that_sound.components.generated_videos.renderer import Renderer
from objects_that_sound.components.generated_videos.scene import Scene


@pytest.mark.parametrize("index", range(6))
def test_boxes_are_tight_around_the_pixels_that_an_object_changes(index):
    scene = Scene.sample(1, index)
    renderer = Renderer(scene)
    for time in (0.0, 1.7, 4.9):
        empty = np.asarray(renderer.frame(time, objects=[]), np.int32)
        for k, (left, top, right, bottom) in enumerate(renderer.boxes(time)):
            assert 0 <= left < right <= scene.width
            assert 0 <= top < bottom <= scene.height
            alone = np.asarray(renderer.frame(time, objects=[k]), np.int32)
            rows, columns = np.nonzero(np.abs(alone - empty).sum(axis=2))
            assert rows.min() >= top and rows.max() < bottom
            assert columns.min() >= left and columns.max() < right
            # Soft edges may equal the background by chance: a pixel or two of slack.
            assert rows.min() <= top + 2 and rows.max() >= bottom - 3
            assert columns.min() <= left + 2 and columns.max() >= right - 3


def test_objects_move_within_a_take_and_have_the_size_asked_for():
    moved, sizes = [], []
    for index in range(10):
        scene = Scene.sample(1, index)
        short = min(scene.width, scene.height)
        renderer = Renderer(scene)
        first, last = (np.array(renderer.boxes(time)) for time in (0.0, scene.cuts[1] - 0.05))
        moved.extend(np.abs(first - last).max(axis=1))
        sizes.extend(np.maximum(first[:, 2] - first[:, 0], first[:, 3] - first[:, 1]) / short)
    assert np.mean(np.array(moved) >= 2) > 0.8
    low, high = scene.difficulty.object_size
    # Rocking, growing and the outline change the size by up to a fifth.
    assert low / 1.2 < min(sizes) and max(sizes) < high * 1.2


def test_every_take_has_its_own_places_colours_and_background():
    scene = Scene.sample(1, 3)
    renderer = Renderer(scene)
    assert len(scene.cuts) >= 4
    for cut in scene.cuts[1:]:
        before, after = (
            np.asarray(renderer.frame(time), np.float32) for time in (cut - 1e-3, cut + 1e-3)
        )
        assert np.abs(before - after).mean() > 10
        assert renderer.boxes(cut - 1e-3) != renderer.boxes(cut + 1e-3)


def test_rendering_is_deterministic():
    scene = Scene.sample(1, 2)
    first, second = (np.asarray(Renderer(scene).frame(1.3)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_the_centre_of_the_image_is_a_bad_guess():
    hits = []
    for index in range(120):
        scene = Scene.sample(2, index, seconds=1.0)
        renderer = Renderer(scene)
        for time in (0.2, 0.95):
            left, top, right, bottom = renderer.boxes(time)[0]
            across = left <= scene.width / 2 <= right
            hits.append(across and top <= scene.height / 2 <= bottom)
    assert 0.1 < np.mean(hits) < 0.28


def test_every_class_can_be_drawn_with_several_colours_inside():
    seen = set()
    for index in range(len(CLASSES)):
        scene = Scene.sample(5, index)
        renderer = Renderer(scene)
        box = renderer.boxes(0.0)[0]
        crop = renderer.frame(0.0, objects=[0]).crop(box)
        luma = np.asarray(crop.convert("L"), np.float32)
        assert luma.std() > 15, scene.labels[0]
        seen.add(scene.labels[0])
    assert seen == set(CLASSES)


def test_objects_stay_in_the_central_part_of_a_wide_frame():
    scenes = (Scene.sample(3, index) for index in range(100))
    wide = [scene for scene in scenes if scene.width >= 1.7 * scene.height][:6]
    assert wide
    for scene in wide:
        renderer = Renderer(scene)
        reach = 0.5 * scene.difficulty.stage_aspect * scene.height + 1
        for time in np.arange(0, 5, 0.5):
            for left, _, right, _ in renderer.boxes(time):
                assert scene.width / 2 - reach <= left < right <= scene.width / 2 + reach
