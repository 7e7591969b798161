"""One map, one look, wherever it is shown."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from objects_that_sound.models.heat_map_painter import COLOURS, OPACITIES, HeatMapPainter


def _painted(heatmap: np.ndarray, brightest: float = 1.0, **where) -> np.ndarray:
    frame = Image.new("RGB", (80, 40), (100, 100, 100))
    painter = HeatMapPainter(brightest)
    return np.asarray(painter.paint(frame, painter.colour(heatmap, frame.size, **where)), int)


@pytest.mark.parametrize(
    ("value", "level"), [(0.0, 0), (0.1, 51), (0.4, 204), (0.5, 255), (9, 255)]
)
def test_a_value_has_its_colour_and_opacity(value, level):
    flat = np.full((3, 3), value, np.float32)
    wanted = OPACITIES[level] * COLOURS[level] + (1 - OPACITIES[level]) * 100
    assert np.abs(_painted(flat, 0.5) - wanted).max() <= 1.5
    coloured = HeatMapPainter(0.5).colour(flat, (8, 4))
    assert (np.asarray(coloured.picture)[..., :3] == COLOURS[level]).all()


def test_nothing_leaves_the_frame_as_it_is():
    assert (_painted(np.zeros((2, 2))) == 100).all()


def test_what_the_map_does_not_cover_is_dimmed():
    pixels = _painted(np.zeros((2, 2)), crop_box=(0.0, 0.25, 1.0, 0.75))
    assert (pixels[:, 20:60] == 100).all()
    assert (pixels[:, :20] == 50).all() and (pixels[:, 60:] == 50).all()


def test_the_peak_is_in_its_place():
    heatmap = np.zeros((4, 4))
    heatmap[1, 3] = 1.0
    coloured = HeatMapPainter().colour(heatmap, (80, 40), (0.5, 0.25, 1.0, 0.75))
    assert coloured.box == (20, 20, 60, 40)
    opacity = np.asarray(coloured.picture)[..., 3]
    assert opacity.shape == (20, 40) and opacity[5:10, 30:].mean() > 5 * opacity.mean()


def test_a_sliver_has_at_least_a_pixel():
    assert HeatMapPainter().colour(np.ones((2, 2)), (10, 10), (0.5, 0, 0.5, 1)).box[3] == 6
