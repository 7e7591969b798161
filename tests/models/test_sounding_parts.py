"""What reaches the threshold, around what boxes are, and where the outline is."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from objects_that_sound.models.sounding_parts import sounding_parts

WHOLE = (0.0, 0.0, 1.0, 1.0)


def _bilinear(heatmap: np.ndarray, y: float, x: float) -> float:
    """The value at a place, 0..1 of the map, by the definition."""
    height, width = heatmap.shape
    y, x = (min(max(v * n - 0.5, 0), n - 1) for v, n in ((y, height), (x, width)))
    top, left = int(y), int(x)
    below, right = min(top + 1, height - 1), min(left + 1, width - 1)
    upper = heatmap[top, left] * (1 - x + left) + heatmap[top, right] * (x - left)
    lower = heatmap[below, left] * (1 - x + left) + heatmap[below, right] * (x - left)
    return upper * (1 - y + top) + lower * (y - top)


def _parts(mask: np.ndarray) -> list[set[tuple[int, int]]]:
    """What hangs together, also over corners, by flooding."""
    left, parts = set(map(tuple, np.argwhere(mask).tolist())), []
    while left:
        part, edge = set(), [left.pop()]
        while edge:
            y, x = edge.pop()
            part.add((y, x))
            near = {(y + i, x + j) for i in (-1, 0, 1) for j in (-1, 0, 1)} & left
            left -= near
            edge += near
        parts.append(part)
    return parts


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("crop_box", [WHOLE, (0.0, 0.25, 1.0, 0.75)])
def test_parts_are_those_of_a_slow_reference(seed: int, crop_box):
    heatmap = np.random.default_rng(seed).random((4, 6)).astype(np.float32)
    found = sounding_parts(heatmap, crop_box, (48, 40), 0.7)
    top, left, bottom, right = crop_box
    mask = np.zeros((40, 48), bool)
    for row in range(40):
        for column in range(48):
            y = ((row + 0.5) / 40 - top) / (bottom - top)
            x = ((column + 0.5) / 48 - left) / (right - left)
            mask[row, column] = 0 <= x <= 1 and _bilinear(heatmap, y, x) >= 0.7
    assert 0 < mask.sum() < mask.size
    assert np.count_nonzero(found.mask != mask) <= 2  # rounding, at the very edge
    wanted = {
        (
            min(y for y, _ in part) / 40,
            min(x for _, x in part) / 48,
            (max(y for y, _ in part) + 1) / 40,
            (max(x for _, x in part) + 1) / 48,
        )
        for part in _parts(found.mask)
    }
    assert set(found.boxes) == wanted and len(found.boxes) == len(wanted)


def test_the_largest_part_comes_first():
    heatmap = np.zeros((4, 8), np.float32)
    heatmap[0, 0] = heatmap[2:, 5:] = 1.0
    (_, large, *_), (_, small, *_) = sounding_parts(heatmap, WHOLE, (80, 40), 0.6).boxes
    assert small == 0 and large > 0.5


@pytest.mark.parametrize("value", [0.0, 0.1, 0.499])
def test_a_dark_map_has_no_part(value: float):
    found = sounding_parts(np.full((3, 3), value, np.float32), WHOLE, (30, 30), 0.5)
    assert found.boxes == () and not found.mask.any()


def test_a_peak_between_pixels_is_a_part():
    """A map that fires has a part, however small it is drawn."""
    heatmap = np.zeros((9, 9), np.float32)
    heatmap[4, 4] = 0.6
    for size in ((4, 4), (6, 8), (2, 2)):
        found = sounding_parts(heatmap, WHOLE, size, 0.6)
        assert len(found.boxes) == 1
        ymin, xmin, ymax, xmax = found.boxes[0]
        assert ymin <= 0.5 <= ymax and xmin <= 0.5 <= xmax


def test_the_outline_lies_on_the_edge_of_each_part():
    heatmap = np.zeros((4, 4), np.float32)
    heatmap[1:3, 1:3] = 1.0
    found = sounding_parts(heatmap, WHOLE, (80, 80), 0.5)
    picture = Image.new("RGB", (80, 80), (9, 99, 199))
    found.outline(picture)
    pixels = np.asarray(picture)
    white, black = ((pixels == value).all(-1) for value in (255, 0))
    rows = np.flatnonzero(found.mask.any(1))
    assert white[rows[0], 40] and white[rows[-1], 40] and white[40, rows[0]]
    assert black[rows[0] + 1, 40] and black[40, rows[-1] - 1]
    assert not (white | black)[~found.mask].any()
    assert (pixels[40, 40] == (9, 99, 199)).all()
