"""The picture of a map over its frame."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from objects_that_sound.components.localisation_evaluator.overlay import draw_overlay


def _frame(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), (100, 100, 100)).save(buffer, "JPEG")
    return buffer.getvalue()


def _peak_map() -> np.ndarray:
    heatmap = np.zeros((8, 8), np.float32)
    heatmap[1, 6] = 1.0
    return heatmap


def test_colours_the_peak_within_the_crop_and_dims_the_rest():
    crop = np.array([0.0, 0.25, 1.0, 0.75])
    picture = draw_overlay(_frame(128, 64), _peak_map(), crop, None, scale=1.0)
    assert picture.size == (320, 160)
    pixels = np.asarray(picture).astype(int)
    # The peak's cell centre lies at y 3/16 of 160 and x 80 + 13/16 of 160; the cross is white.
    assert pixels[30, 210].min() > 240
    colourful = pixels.max(axis=2) - pixels.min(axis=2) > 40
    rows, columns = np.nonzero(colourful)
    assert abs(rows.mean() - 30) < 6
    assert abs(columns.mean() - 210) < 6
    assert pixels[80, 20].max() < 60  # outside the crop
    assert abs(pixels[140, 100].mean() - 100) < 6  # inside, where the map is zero


def test_outlines_the_box():
    whole = np.array([0.0, 0.0, 1.0, 1.0])
    box = np.array([0.5, 0.25, 1.0, 0.75])
    pixels = np.asarray(draw_overlay(_frame(64, 64), _peak_map(), whole, box, scale=1.0))
    assert pixels[200, 80:82].min() > 240
    assert pixels[160:162, 160].min() > 240


def test_a_dark_map_leaves_the_frame_and_marks_no_peak():
    whole = np.array([0.0, 0.0, 1.0, 1.0])
    dark = np.zeros((8, 8), np.float32)
    pixels = np.asarray(draw_overlay(_frame(64, 64), dark, whole, None, 1.0)).astype(int)
    assert abs(pixels - 100).max() < 6


def test_a_map_below_the_threshold_is_neither_outlined_nor_marked():
    whole = np.array([0.0, 0.0, 1.0, 1.0])
    shown = {
        threshold: np.asarray(draw_overlay(_frame(64, 64), _peak_map(), whole, threshold=threshold))
        for threshold in (None, 0.9, 1.1)
    }
    # The cross lies at y 3/16 and x 13/16 of 320.
    assert shown[None][60, 260].min() > 240 and shown[0.9][60, 260].min() > 240
    assert not (shown[1.1].min(2) > 240).any()
