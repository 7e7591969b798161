"""The pointing game's figures on maps whose peaks are known."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import auc

from objects_that_sound.components.localisation_evaluator.map_scores import (
    box_area,
    centre_hit,
    centre_map,
    overlap,
    peak_points,
    pointing_hit,
    success_area,
)

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
    with pytest.raises(ValueError, match=message):
        overlap(heatmap, WHOLE, WHOLE)


def _step(height: int, width: int) -> np.ndarray:
    """A fine map that is bright in the upper left part only."""
    heatmap = np.full((224, 224), 0.1)
    heatmap[:height, :width] = 0.7
    return heatmap


@pytest.mark.parametrize(
    ("crop", "box", "expected"),
    [
        (WHOLE, [0.0, 0.0, 0.5, 0.25], 1.0),
        (WHOLE, [0.0, 0.0, 1.0, 0.25], 0.5),
        (WHOLE, [0.25, 0.0, 0.75, 0.25], 1 / 3),
        (WHOLE, [0.5, 0.5, 1.0, 1.0], 0.0),
        # The bright part of the crop is 0 to 0.5 and 0.25 to 0.375 of the image.
        ([0.0, 0.25, 1.0, 0.75], [0.0, 0.25, 0.5, 0.375], 1.0),
        # Of the box, half lies beyond the crop.
        ([0.0, 0.25, 1.0, 0.75], [0.0, 0.125, 0.5, 0.375], 0.5),
        # What of the box is beyond the image is not there.
        (WHOLE, [-1.0, -1.0, 0.5, 0.25], 1.0),
        # Borders within pixels count by their share.
        (WHOLE, [0.0, 0.0, 0.5, 0.25 + 1 / 448], 0.25 / (0.25 + 1 / 448)),
    ],
)
def test_overlap_is_intersection_over_union_in_the_image(crop, box, expected):
    assert overlap(_step(112, 56), np.array(crop), np.array(box)) == pytest.approx(expected)


def test_overlap_scales_the_map_to_its_own_range():
    dim = 0.3 + 0.01 * _step(112, 112)
    assert overlap(dim, WHOLE, np.array([0.0, 0.0, 0.5, 0.5])) == pytest.approx(1.0)


def test_overlap_enlarges_a_coarse_map():
    # From 1 to 0 between the centres of neighbours, a quarter apart: cut in the middle.
    heatmap = np.zeros((4, 4))
    heatmap[:, :2] = 1.0
    assert overlap(heatmap, WHOLE, np.array([0.0, 0.0, 1.0, 0.5])) == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(
    ("threshold", "expected"), [(0.5, 1.0), (0.7, 1.0), (0.71, 0.0), (0.1, 1 / 8), (0.0, 1 / 8)]
)
def test_with_a_threshold_all_or_nothing_of_a_map_may_be_bright(threshold, expected):
    box = np.array([0.0, 0.0, 0.5, 0.25])
    assert overlap(_step(112, 56), WHOLE, box, threshold) == pytest.approx(expected)


def test_a_flat_map_marks_all_it_covers():
    assert overlap(np.full((4, 4), 0.3), WHOLE, np.array([0, 0, 0.5, 0.5])) == pytest.approx(0.25)


def test_success_area_is_that_under_the_curve_of_shares():
    overlaps = np.random.default_rng(0).random(50)
    thresholds = 0.05 * np.arange(21)
    shares = [np.mean(overlaps >= threshold) for threshold in thresholds]
    assert success_area(overlaps).mean() == pytest.approx(auc(thresholds, shares))
    assert success_area([1.0, 0.0]).tolist() == pytest.approx([1.0, 0.025])
    assert np.isnan(success_area([np.nan])).all()


def test_centre_map_peaks_in_the_middle():
    assert peak_points(centre_map(5, 7), WHOLE).tolist() == [[0.5, 0.5]]
    assert centre_map(200, 200)[0, 0] == pytest.approx(0.0, abs=0.01)
