"""What a moment looks like."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from objects_that_sound.components.localisation_video.triptych import Triptych, picture_size
from objects_that_sound.models.sounding_parts import sounding_parts


@dataclasses.dataclass
class Answer:
    heatmap: np.ndarray
    score: float = 0.5
    crop_box: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)


def _panels(triptych: Triptych, drawn: np.ndarray) -> list[np.ndarray]:
    """Input, overlay and map: int [height, width, 3]."""
    width, height = triptych.panel
    corners = [triptych.corner(number) for number in range(3)]
    return [drawn[y : y + height, x : x + width].astype(int) for x, y in corners]


def _triptych(picture: np.ndarray, scale: float = 1.0) -> Triptych:
    return Triptych(picture.shape[1::-1], "clip.mp4", 960, scale)


def _drawn(
    triptych: Triptych, picture: np.ndarray, answer: Answer, time: float = 0.0, threshold=0.5
) -> np.ndarray:
    size = picture.shape[1::-1]
    parts = sounding_parts(answer.heatmap, answer.crop_box, size, threshold)
    return triptych.draw(picture, answer, parts, time)


GREY = np.full((200, 300, 3), 120, np.uint8)


def test_one_scale_for_all_moments():
    triptych = _triptych(GREY)
    middles = []
    for value in (0.0, 0.1, 0.5, 1.0):
        drawn = _drawn(triptych, GREY, Answer(np.full((4, 4), value, np.float32)))
        _, overlay, heat = _panels(triptych, drawn)
        middles.append((heat[100, 150].sum(), abs(overlay[100, 150] - 120).max()))
    brightness, tint = zip(*middles, strict=True)
    assert brightness[0] < 10 and tint[0] == 0  # darkness looks dark, and hides nothing
    assert list(brightness) == sorted(brightness) and brightness[1] < 100 < brightness[3]
    assert list(tint) == sorted(tint)
    # A scale of its own makes a faint map bright.
    faint = Answer(np.full((4, 4), 0.1, np.float32))
    drawn = _drawn(_triptych(GREY, 0.1), GREY, faint)
    assert _panels(triptych, drawn)[2][100, 150].sum() == brightness[3]


def test_the_map_is_smooth_and_in_its_place():
    heatmap = np.zeros((8, 8), np.float32)
    heatmap[2, 6] = 1.0
    triptych = _triptych(GREY)
    drawn = _drawn(triptych, GREY, Answer(heatmap, crop_box=(0.0, 0.25, 1.0, 0.75)))
    _, overlay, heat = _panels(triptych, drawn)
    covered = heat[:, 76:224].sum(2)
    y, x = np.unravel_index(covered.argmax(), covered.shape)
    assert (y, x) == (pytest.approx(2.5 / 8 * 200, abs=3), pytest.approx(6.5 / 8 * 150, abs=3))
    assert abs(np.diff(covered, axis=1)).max() < 80  # no steps between cells
    # Beside the part that the model saw: dimmed, and no map.
    assert (overlay[:, :70] == 60).all()
    assert len(np.unique(heat[:, :70].reshape(-1, 3), axis=0)) == 1


def test_the_score_is_drawn():
    triptych = _triptych(GREY)
    flat = np.zeros((2, 2), np.float32)
    low, high = (_drawn(triptych, GREY, Answer(flat, score)).astype(int) for score in (0.1, 0.9))
    changed = np.argwhere(abs(high - low).sum(2) > 60)
    assert changed[:, 0].min() > triptych.size[1] - 40  # below the panels
    (y0, x0), (y1, x1) = changed.min(0), changed.max(0)
    third = triptych.size[0] / 3
    assert third < x0 and x1 < 2 * third and x1 - x0 > third / 2 and y1 > y0
    assert (_drawn(triptych, GREY, Answer(flat, 0.1)) == low).all()  # the background stays


@pytest.mark.parametrize("shape", [(1080, 1920), (1920, 1080), (33, 500), (500, 33), (1, 1)])
def test_any_shape_fits(shape: tuple[int, int]):
    size = picture_size(shape[::-1], 640)
    assert size[0] % 2 == size[1] % 2 == 0
    assert size[0] <= 640 / 3 and size[1] <= 320
    if min(shape) > 100:
        assert size[0] / size[1] == pytest.approx(shape[1] / shape[0], rel=0.03)
    picture = np.full((size[1], size[0], 3), 120, np.uint8)
    triptych = Triptych(size, "a name that is much longer than any panel is wide.mp4", 640, 1.0)
    drawn = _drawn(triptych, picture, Answer(np.ones((3, 3), np.float32)), 3661.0)
    assert drawn.shape == (triptych.size[1], triptych.size[0], 3)
    assert drawn.shape[0] % 2 == drawn.shape[1] % 2 == 0
    assert triptych.size[0] <= 642


def test_a_picture_of_another_size_is_fitted_in():
    triptych = _triptych(GREY)
    wide = np.full((50, 300, 3), 200, np.uint8)
    first, *_ = _panels(triptych, _drawn(triptych, wide, Answer(np.zeros((2, 2), np.float32))))
    bright = np.flatnonzero((first[:, 150] > 190).all(1))
    assert len(bright) == 50
    assert bright.mean() == pytest.approx(99.5, abs=3)


def test_what_sounds_is_outlined_in_the_overlay_only():
    heatmap = np.zeros((2, 3), np.float32)
    heatmap[0, 2] = 0.8
    triptych = _triptych(GREY)
    plain, marked = (
        _panels(triptych, _drawn(triptych, GREY, Answer(heatmap), threshold=threshold))
        for threshold in (0.9, 0.4)
    )
    inside = slice(0, 150), slice(150, 300)  # the words that nothing sounds are below
    for number in (0, 2):
        assert (plain[number] == marked[number]).all()
    changed = np.argwhere((plain[1] != marked[1]).any(-1)[inside])
    # Of the upper right cell, whose value halves towards its neighbours' middles.
    assert changed[:, 0].min() == 0 and changed[:, 1].max() == 149
    assert changed[:, 0].max() == pytest.approx(100, abs=1)
    assert changed[:, 1].min() == pytest.approx(50, abs=1)
    assert len(changed) < 2 * 2 * (100 + 100)  # a line, not an area


@pytest.mark.parametrize("shape", [(200, 300), (400, 100)])
def test_where_nothing_sounds_the_overlay_says_so(shape: tuple[int, int]):
    size = picture_size(shape[::-1], 960)
    picture = np.full((size[1], size[0], 3), 120, np.uint8)
    triptych = _triptych(picture)
    answer = Answer(np.full((2, 2), 0.3, np.float32))
    dark = _panels(triptych, _drawn(triptych, picture, answer))
    lit = _panels(triptych, _drawn(triptych, picture, answer, threshold=0.0))
    for number in (0, 2):
        assert (dark[number] == lit[number]).all()
    words = np.argwhere((dark[1] == (236, 240, 245)).all(-1))
    assert len(words) > 100
    assert words[:, 0].min() > triptych.panel[1] * 0.6
    # Not wider than the panel: several lines where it is narrow.
    assert words[:, 1].min() > 0 and words[:, 1].max() < triptych.panel[0] - 1
