"""The pointing game's figures on maps whose peaks are known."""

from __future__ import annotations

import numpy as np
import pytest

from components.evaluation.localisation import box_area, centre_hit, peak_points, pointing_hit

WHOLE = np.array([0.0, 0.0, 1.0, 1.0])


def _map_with_peak(row: int, column: int) -> np.ndarray:
    heatmap = np.zeros((4, 4), np.float32)
    heatmap[row, column] = 1.0
    return heatmap


def test_peak_is_the_centre_of_its_cell():
    assert peak_points(_map_with_peak(0, 3), WHOLE).tolist() == [[0.125, 0.875]]


def test_peak_is_mapped_through_the_crop():
    # The middle half of the width, as a centre crop of a frame twice as wide as high.
    crop = np.array([0.0, 0.25, 1.0, 0.75])
    assert peak_points(_map_with_peak(0, 3), crop).tolist() == [[0.125, 0.6875]]


def test_hit_needs_the_crop():
    box = np.array([0.0, 0.6, 0.3, 0.75])
    assert pointing_hit(_map_with_peak(0, 3), WHOLE, box) == 0.0
    assert pointing_hit(_map_with_peak(0, 3), np.array([0.0, 0.25, 1.0, 0.75]), box) == 1.0


def test_box_outside_the_crop_is_never_hit():
    box = np.array([0.0, 0.0, 1.0, 0.1])
    crop = np.array([0.0, 0.25, 1.0, 0.75])
    hits = [pointing_hit(_map_with_peak(r, c), crop, box) for r in range(4) for c in range(4)]
    assert sum(hits) == 0.0


def test_flat_map_scores_the_share_of_cells_in_the_box():
    assert pointing_hit(np.full((4, 4), 0.3), WHOLE, np.array([0.0, 0.0, 0.5, 0.5])) == 0.25


def test_baselines():
    assert centre_hit(np.array([0.4, 0.4, 0.6, 0.6])) == 1.0
    assert centre_hit(np.array([0.6, 0.4, 0.9, 0.6])) == 0.0
    assert box_area(np.array([0.0, 0.5, 0.5, 1.5])) == 0.25
    assert box_area(np.array([0.2, 1.1, 0.5, 1.5])) == 0.0


@pytest.mark.parametrize(
    ("heatmap", "message"),
    [(np.array([[np.nan, 0.0]]), "NaN"), (np.zeros((0, 3)), "shape"), (np.zeros(3), "shape")],
)
def test_says_what_is_wrong(heatmap, message):
    with pytest.raises(ValueError, match=message):
        pointing_hit(heatmap, WHOLE, WHOLE)
