from __future__ import annotations

import itertools
import math

import keras
import numpy as np
import pytest

from objects_that_sound.models.networks.whole_objects import AT_OUTLINE, whole_objects

CELL, SIDE = 8, 64


BOUND = 0.6  # score from which picture and sound match


def _whole(places, picture, score, cell_pixels=CELL, short_side=SIDE) -> np.ndarray:
    arrays = (np.asarray(one, np.float32) for one in (places, picture, score))
    return keras.ops.convert_to_numpy(whole_objects(*arrays, BOUND, cell_pixels, short_side))


def _slow(places, picture, score, cell, short_side) -> np.ndarray:
    """One map by the definition, place after place; whole cells only."""
    half = cell // 2
    height, width = 2 * places.shape[0], 2 * places.shape[1]

    def bright(y: int, x: int) -> float:
        # Halves lie a quarter of a cell beside the middle of theirs.
        around = 0.0
        for dy, dx in itertools.product((0, 1), (0, 1)):
            row = y // 2 + ((2 * (y % 2) - 1) if dy else 0)
            column = x // 2 + ((2 * (x % 2) - 1) if dx else 0)
            row, column = np.clip(row, 0, height // 2 - 1), np.clip(column, 0, width // 2 - 1)
            around += (0.25 if dy else 0.75) * (0.25 if dx else 0.75) * places[row, column]
        return around

    colours = np.array(
        [
            [
                picture[y * half : (y + 1) * half, x * half : (x + 1) * half].mean((0, 1)) / 255
                for x in range(width)
            ]
            for y in range(height)
        ]
    )
    steps = [((a - b) ** 2).sum() for row in colours for a, b in itertools.pairwise(row)]
    steps += [
        ((a - b) ** 2).sum() for row in colours.swapaxes(0, 1) for a, b in itertools.pairwise(row)
    ]
    scale = np.mean(steps) + 1e-4
    spread = 0.2 * short_side / half
    mean = np.zeros((height, width))
    cells = list(itertools.product(range(height), range(width)))
    for y, x in cells:
        weights, total = 0.0, 0.0
        for v, u in cells:
            away = ((y - v) ** 2 + (x - u) ** 2) / (2 * spread**2)
            weight = math.exp(-away - ((colours[y, x] - colours[v, u]) ** 2).sum() / scale)
            weights, total = weights + weight, total + weight * bright(v, u) ** 2
        mean[y, x] = total / weights
    share = mean / mean.max()
    outline = np.where(share < 0.36, 0.5 * share / 0.2, 0.9 + 0.1 * (share - 0.36) / 0.64)
    if score < BOUND:
        return outline * 0.5 * (score / BOUND) ** 0.25
    odds = score / (1 - score) / (BOUND / (1 - BOUND))
    return outline * odds**8 / (1 + odds**8)


@pytest.mark.parametrize("score", [0.7, 0.2])
@pytest.mark.parametrize("size", [(3, 3), (2, 5), (4, 1)])
def test_it_is_what_a_slow_computation_gives(size, score):
    random = np.random.default_rng(0)
    places = random.random(size)
    picture = random.integers(0, 256, (8 * size[0], 8 * size[1], 3))
    found = _whole([places], [picture], [score], 8, 24)
    assert found[0] == pytest.approx(_slow(places, picture, score, 8, 24), abs=1e-4)


def _scene(*objects: tuple[slice, slice, tuple[int, int, int]]) -> np.ndarray:
    """A grey picture, a little noisy, with objects of one colour."""
    picture = np.random.default_rng(1).normal(90, 4, (SIDE, SIDE, 3))
    for rows, columns, colour in objects:
        picture[rows, columns] = colour
    return picture


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        (slice(16, 40), slice(16, 40)),
        (slice(8, 24), slice(24, 56)),  # wide
        (slice(32, 64), slice(44, 60)),  # at the edge, beside the grid of places
    ],
)
@pytest.mark.parametrize("colour", [(200, 60, 60), (10, 10, 30), (90, 160, 90)])
def test_one_bright_place_of_an_object_marks_all_of_it_and_little_else(rows, columns, colour):
    places = np.full((8, 8), 0.01)
    places[(rows.start + rows.stop) // 16, (columns.start + columns.stop) // 16] = 0.9
    heatmap = _whole([places], [_scene((rows, columns, colour))], [0.9])[0]
    pixels = np.repeat(np.repeat(heatmap >= 0.5, 4, 0), 4, 1)
    truth = np.zeros((SIDE, SIDE), bool)
    truth[rows, columns] = True
    overlap = (pixels & truth).sum() / (pixels | truth).sum()
    assert overlap > 0.7
    before = np.repeat(np.repeat(places >= 0.5, 8, 0), 8, 1)
    assert (before & truth).sum() / (before | truth).sum() < 0.2


def test_an_object_of_another_colour_beside_it_stays_dark():
    left, right = (slice(20, 44), slice(8, 32)), (slice(20, 44), slice(32, 56))
    picture = _scene((*left, (200, 60, 60)), (*right, (40, 60, 220)))
    places = np.full((8, 8), 0.01)
    places[3:5, 2] = 0.9
    heatmap = _whole([places], [picture], [0.9])[0]
    assert heatmap[6:10, 3:7].min() > 0.7
    assert heatmap[6:10, 9:13].max() < 0.45


def test_two_bright_objects_are_both_marked():
    one, other = (slice(8, 24), slice(8, 24)), (slice(40, 56), slice(40, 56))
    picture = _scene((*one, (200, 60, 60)), (*other, (40, 60, 220)))
    places = np.full((8, 8), 0.01)
    places[1:3, 1:3], places[5:7, 5:7] = 0.9, 0.7
    heatmap = _whole([places], [picture], [0.9])[0]
    assert heatmap[3:5, 3:5].min() > 0.6
    assert heatmap[11:13, 11:13].min() > 0.6
    assert heatmap[3:5, 11:13].max() < 0.3


@pytest.mark.parametrize(
    ("score", "peak"),
    [(1.0, 1.0), (0.95, 1.0), (BOUND, AT_OUTLINE), (0.1, 0.32), (1e-4, 0.06), (0, 0)],
)
def test_a_map_is_as_bright_as_its_score_says(score, peak):
    random = np.random.default_rng(2)
    heatmap = _whole(random.random((2, 4, 4)), random.random((2, 32, 32, 3)) * 255, [score] * 2)
    assert heatmap.max((1, 2)) == pytest.approx(peak, abs=0.01)
    assert heatmap.min() >= 0


@pytest.mark.parametrize("score", [0.61, 0.7, 0.99])
def test_a_score_above_the_bound_lights_and_one_below_it_darkens_all_of_it(score):
    random = np.random.default_rng(2)
    places, pictures = random.random((1, 4, 4)), random.random((1, 32, 32, 3)) * 255
    assert _whole(places, pictures, [score]).max() > AT_OUTLINE
    assert _whole(places, pictures, [BOUND - (score - BOUND)]).max() < AT_OUTLINE


def test_maps_of_a_batch_know_nothing_of_each_other():
    random = np.random.default_rng(3)
    places, pictures = random.random((3, 4, 6)), random.random((3, 32, 48, 3)) * 255
    together = _whole(places, pictures, [0.9, 0.2, 0.6])
    for i, score in enumerate([0.9, 0.2, 0.6]):
        alone = _whole(places[i : i + 1], pictures[i : i + 1], [score])
        assert together[i] == pytest.approx(alone[0], abs=1e-5)


@pytest.mark.parametrize("value", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("colour", [0, 255])
def test_an_even_picture_and_map_give_an_even_map(value, colour):
    heatmap = _whole(np.full((1, 4, 4), value), np.full((1, 32, 32, 3), colour), [0.99])
    assert np.isfinite(heatmap).all()
    assert np.ptp(heatmap) < 1e-3
    assert heatmap.max() == pytest.approx(1.0 if value else 0.0, abs=1e-3)


@pytest.mark.parametrize(
    ("cell", "size", "cells", "expected"),
    [
        (8, (60, 44), (7, 5), (14, 10)),  # a rest of pixels that is no place
        (1, (6, 9), (6, 9), (6, 9)),
        (2, (6, 8), (3, 4), (6, 8)),
        (3, (9, 12), (3, 4), (9, 12)),
        (16, (32, 320), (2, 20), (4, 40)),
    ],
)
def test_it_is_twice_as_fine_where_a_place_has_pixels(cell, size, cells, expected):
    random = np.random.default_rng(4)
    heatmap = _whole(
        random.random((1, *cells)), random.random((1, *size, 3)) * 255, [0.5], cell, min(size)
    )
    assert heatmap.shape == (1, *expected)
    assert np.isfinite(heatmap).all()


def test_a_threshold_that_other_sounds_reach_still_shows_the_object():
    """Benchmarks take one threshold from maps with silence, noise and other sounds."""
    rows, columns = slice(16, 40), slice(16, 40)
    picture = _scene((rows, columns, (200, 60, 60)))
    places = np.full((8, 8), 0.01)
    places[3, 3] = 0.9
    own, other = _whole([places] * 2, [picture] * 2, [0.9, 0.05])
    truth = np.zeros((SIDE, SIDE), bool)
    truth[rows, columns] = True
    pixels = np.repeat(np.repeat(own > other.max(), 4, 0), 4, 1)
    assert (pixels & truth).sum() / (pixels | truth).sum() > 0.6
