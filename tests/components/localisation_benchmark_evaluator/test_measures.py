"""Every measure against a slow one written from its definition."""

from __future__ import annotations

import numpy as np
import pytest

from objects_that_sound.components.localisation_benchmark_evaluator.detection import (
    average_precision,
    confidence,
    max_f1,
)
from objects_that_sound.components.localisation_benchmark_evaluator.enlarge import enlarge
from objects_that_sound.components.localisation_benchmark_evaluator.negative_sounds import (
    harmonic_mean,
    same_area,
    thresholds_of_the_other_half,
)
from objects_that_sound.components.localisation_benchmark_evaluator.overlaps import (
    all_of_a_group,
    as_many_as,
    consensus_overlap,
    half_area,
)
from objects_that_sound.components.localisation_benchmark_evaluator.segmentation import (
    f_curve,
    jaccard,
)
from objects_that_sound.components.localisation_evaluator.map_scores import success_area


def _maps(seed: int, count: int = 12, side: int = 16, levels: int = 6):
    """Maps with many ties, and truths of which some are empty and some have consensus weights."""
    random = np.random.default_rng(seed)
    heatmaps = random.integers(0, levels, (count, side, side)) / levels
    truths = np.zeros((count, side, side))
    for truth in truths[1:]:
        y, x = random.integers(0, side, 2)
        truth[y : y + 7, x : x + 5] = random.choice([0.5, 1.0])
    return heatmaps, truths


def _slow_overlap(marked, truth):
    shared = union = 0.0
    for is_marked, weight in zip(marked.ravel(), truth.ravel(), strict=True):
        shared += weight if is_marked else 0.0
        union += weight + (1.0 if is_marked and weight == 0 else 0.0)
    return shared / union if union else float("nan")


@pytest.mark.parametrize("seed", range(3))
def test_overlaps_are_those_of_the_definition(seed):
    for heatmap, truth in zip(*_maps(seed), strict=True):
        ordered = sorted(heatmap.ravel())
        half = heatmap >= ordered[len(ordered) // 2]
        np.testing.assert_array_equal(half_area(heatmap), half)
        wanted = int((truth != 0).sum()) or len(ordered) // 2
        adaptive = heatmap > ordered[len(ordered) - wanted - 1]
        np.testing.assert_array_equal(as_many_as(heatmap, truth), adaptive)
        for marked in (half, adaptive, np.zeros_like(half)):
            expected = _slow_overlap(marked, truth)
            np.testing.assert_allclose(consensus_overlap(marked, truth), expected)


def test_a_map_without_ties_marks_as_many_pixels_as_the_object_has():
    heatmap = np.random.default_rng(0).permutation(100).reshape(10, 10)
    for wanted in (1, 37, 99, 100):
        truth = (np.arange(100) < wanted).reshape(10, 10)
        assert np.count_nonzero(as_many_as(heatmap, truth)) == wanted


def test_the_area_under_the_success_curve_is_the_trapezoid():
    values = np.array([0.0, 0.1, 0.5, 0.55, 0.549, 1.0])
    shares = [np.mean(values >= 0.05 * i - 1e-9) for i in range(21)]
    area = sum((shares[i] + shares[i + 1]) / 2 * 0.05 for i in range(20))
    assert np.mean(success_area(values)) == pytest.approx(area)
    assert np.isnan(success_area(np.array([np.nan]))).all()


def test_a_picture_is_understood_only_if_all_its_sounds_are_found():
    found = all_of_a_group(np.array([0.9, 0.2, 0.7, 0.8, 1.0]), np.array([0, 0, 1, 1, 2]))
    np.testing.assert_array_equal(found, [0.2, 0.2, 0.7, 0.7, np.nan])


def _slow_precision_recall(confidences, overlaps, sounds, threshold):
    right = false = missed = 0
    for sure, overlap, is_there in zip(confidences, overlaps, sounds, strict=True):
        if not is_there:
            false += sure >= threshold
        elif sure >= threshold:
            right += overlap >= 0.5
            false += overlap < 0.5
        else:
            missed += 1
    precision = right / (right + false) if right + false else 1.0
    return precision, right / (right + missed) if right + missed else 1.0


@pytest.mark.parametrize("count", [2, 9, 41, 450])
@pytest.mark.parametrize("levels", [5, 10**6])
def test_detection_is_that_of_the_published_script(count, levels):
    random = np.random.default_rng(count)
    confidences = random.integers(0, levels, count) / levels
    overlaps, sounds = random.uniform(size=count), random.uniform(size=count) < 0.6
    curve = [
        _slow_precision_recall(confidences, overlaps, sounds, threshold)
        for threshold in np.sort(confidences)[:-1][:: -max(1, count // 200)]
    ]
    precision = [max(one for one, _ in curve[i:]) for i in range(len(curve))]
    expected = sum(precision[i] * (curve[i + 1][1] - curve[i][1]) for i in range(len(curve) - 1))
    assert average_precision(confidences, overlaps, sounds) == pytest.approx(expected)
    scores = []
    for threshold in np.sort(confidences)[:: max(1, count // 10)]:
        p, r = _slow_precision_recall(confidences, overlaps, sounds, threshold)
        scores.append(2 * p * r / (p + r) if p + r else 0.0)
    assert max_f1(confidences, overlaps, sounds) == pytest.approx(max(scores))


def test_confidence_is_the_mean_of_the_brightest_quarter():
    heatmap = np.arange(16.0).reshape(4, 4)
    assert confidence(heatmap) == np.mean([12, 13, 14, 15])


def _slow_f(heatmap, truth, threshold):
    found = marked = wanted = 0
    for value, weight in zip(heatmap.ravel(), truth.ravel(), strict=True):
        found += value >= threshold and weight > 0
        marked += value >= threshold
        wanted += weight > 0
    precision = found / marked if marked else 0.0
    recall = found / wanted
    below = 0.3 * precision + recall
    return 1.3 * precision * recall / below if below else 0.0


def test_masks_are_measured_as_avsbench_does():
    heatmaps, truths = _maps(4, count=5, side=8)
    for heatmap, truth in zip(heatmaps, truths, strict=True):
        marked, wanted = heatmap > 0.5, truth > 0
        if not wanted.any():
            assert jaccard(heatmap, truth) == np.mean(~marked)
            assert np.isnan(f_curve(heatmap, truth)).all()
            continue
        assert jaccard(heatmap, truth) == (marked & wanted).sum() / (marked | wanted).sum()
        expected = [
            _slow_f(heatmap, truth, threshold) for threshold in np.linspace(0, 1 - 1e-10, 255)
        ]
        np.testing.assert_allclose(f_curve(heatmap, truth), expected, rtol=1e-5)


def test_no_sample_has_a_part_in_its_own_threshold():
    peaks = np.array([[0.1, 0.2, 0.9, 0.8], [0.1, np.nan, 0.7, 0.6]])
    halves = np.array([False, False, True, True])
    thresholds = thresholds_of_the_other_half(peaks, halves)
    np.testing.assert_allclose(thresholds[:2], np.quantile([0.9, 0.8, 0.7, 0.6], 0.75))
    np.testing.assert_allclose(thresholds[2:], np.quantile([0.1, 0.2, 0.1], 0.75))
    alone = thresholds_of_the_other_half(peaks, np.zeros(4, bool))
    np.testing.assert_allclose(alone, np.nanquantile(peaks, 0.75))


def test_small_rules():
    assert harmonic_mean(0.5, 1.0) == pytest.approx(2 / 3)
    assert harmonic_mean(0.0, 0.0) == 0.0
    dark, bright = np.zeros((2, 2), bool), np.ones((2, 2), bool)
    assert (same_area(dark, dark), same_area(dark, bright)) == (1.0, 0.0)


def test_a_map_lies_where_it_was_looked_at():
    square = enlarge(np.array([[0.0, 1.0]]), (0.0, 0.25, 1.0, 0.75))
    assert square.shape == (224, 224)
    assert not square[:, :56].any() and not square[:, 168:].any()
    np.testing.assert_allclose(square[:, 56], 0.0)  # half a cell from the edge nothing is between
    np.testing.assert_allclose(square[:, 167], 1.0)
    # Halfway between the two cells, at half-pixel centres.
    np.testing.assert_allclose(square[:, [111, 112]].mean(), 0.5, atol=1e-6)
