"""The statistics of hand-made maps, against their definitions."""

from __future__ import annotations

import numpy as np
import pytest

from objects_that_sound.components.localisation_benchmark_evaluator.benchmark_statistics import (
    detection_statistics,
    measure_overlaps,
    overlap_statistics,
    universal_statistics,
)
from objects_that_sound.components.localisation_benchmark_evaluator.look import Look, centred_box
from objects_that_sound.components.localisation_benchmark_evaluator.sample import (
    SIDE,
    LocalisationBenchmark,
    Moment,
    Sample,
)
from objects_that_sound.components.localisation_benchmark_evaluator.usable_samples import (
    UsableSamples,
)

WHOLE = np.array([0.0, 0.0, 1.0, 1.0])
LEFT, RIGHT = (0.0, 0.0, 0.5, 1.0), (0.5, 0.0, 1.0, 1.0)


def _data(boxes, groups=None, scenes=None) -> UsableSamples:
    moment = Moment("a")
    samples = [
        Sample(
            str(row),
            moment,
            moment,
            (box,) if box else (),
            group=(groups or list(map(str, range(len(boxes)))))[row],
            scene=scenes[row] if scenes else "",
            sounds=box is not None,
        )
        for row, box in enumerate(boxes)
    ]
    benchmark = LocalisationBenchmark("made", samples, len(samples))
    return UsableSamples(benchmark, samples, [], {}, ())


def _flat(left: float, right: float) -> Look:
    heatmap = np.zeros((SIDE, SIDE))
    heatmap[:, : SIDE // 2], heatmap[:, SIDE // 2 :] = left, right
    return Look(heatmap, WHOLE)


def _all(statistics, count):
    return {name: one(np.arange(count)) for name, one in statistics.items()}


def test_the_brighter_half_is_the_box():
    data = _data([LEFT, RIGHT, LEFT])
    looks = [_flat(0.9, 0.1), _flat(0.1, 0.2), _flat(0.1, 0.9)]
    found = measure_overlaps(data, looks)
    np.testing.assert_array_equal(found.half, [1, 1, 0])
    figures = _all(overlap_statistics(data, found), 3)
    assert figures["ciou"] == pytest.approx(2 / 3)
    assert figures["mean_ciou"] == pytest.approx(2 / 3)
    # All reach 0, and two reach every other step.
    assert figures["auc"] == pytest.approx((1 + 1 + 0.025) / 3)
    assert np.isnan(figures["iiou"])


def test_pictures_count_once_however_many_sounds_they_have():
    data = _data([LEFT, RIGHT, LEFT, RIGHT, LEFT], groups=["a", "a", "b", "b", "b"])
    right, wrong = _flat(0.9, 0.1), _flat(0.1, 0.9)
    looks = [right, wrong, right, right, right]  # b's second sound is not found
    figures = _all(overlap_statistics(data, measure_overlaps(data, looks)), 5)
    assert figures["ciou"] == pytest.approx(4 / 5)
    assert figures["iiou"] == pytest.approx(0.5)


@pytest.mark.parametrize("seed", range(2))
def test_following_in_time_is_finding_what_sounds_at_all_moments_of_a_video(seed):
    random = np.random.default_rng(seed)
    count = 30
    boxes = [
        None if random.random() < 0.2 else (LEFT, RIGHT)[random.integers(2)] for _ in range(count)
    ]
    scenes = [f"video {random.integers(12)}" if random.random() < 0.8 else "" for _ in range(count)]
    data = _data(boxes, scenes=scenes)
    looks = [_flat(*random.permutation([0.1, 0.9])) for _ in range(count)]
    figures = _all(overlap_statistics(data, measure_overlaps(data, looks)), count)
    followed = []
    for scene in set(scenes) - {""}:
        its = [row for row in range(count) if scenes[row] == scene and boxes[row]]
        brighter = [LEFT if looks[row].heatmap[0, 0] > 0.5 else RIGHT for row in its]
        if len(its) > 1:
            followed.append(all(boxes[row] == one for row, one in zip(its, brighter, strict=True)))
    assert len(followed) > 3
    assert figures["follows"] == pytest.approx(np.mean(followed))
    assert figures["follows_adaptive"] == pytest.approx(np.mean(followed))
    assert np.isnan(figures["iiou"])  # no picture has several sounds


def test_confidence_finds_pairs_in_which_nothing_sounds():
    data = _data([LEFT, LEFT, None, None])
    looks = [_flat(0.9, 0.1), _flat(0.8, 0.1), _flat(0.3, 0.1), _flat(0.2, 0.0)]
    found = measure_overlaps(data, looks)
    figures = _all(detection_statistics(data, looks, found), 4)
    assert figures["max_f1"] == 1.0
    # By the script's rule the curve begins where the two surest are found already.
    assert figures["ap"] == 0.0
    assert detection_statistics(_data([LEFT]), looks[:1], found) == {}


def test_one_threshold_for_pictures_silence_and_other_sounds():
    data = _data([LEFT, LEFT, RIGHT, RIGHT])
    looks = {
        "own": [_flat(0.9, 0.1), _flat(0.6, 0.1), _flat(0.1, 0.7), _flat(0.1, 0.2)],
        "silence": [_flat(0.1, 0.1)] * 4,
        "noise": [_flat(0.3, 0.1)] * 3 + [_flat(0.9, 0.9)],
        "off_screen": [None, None, None, _flat(0.2, 0.2)],
    }
    halves = np.array([True, True, False, False])
    figures = _all(universal_statistics(data, looks, halves), 4)
    of_first = np.quantile([0.1, 0.1, 0.3, 0.9, 0.2], 0.75)  # for the first two samples
    of_last = np.quantile([0.1, 0.1, 0.3, 0.3], 0.75)
    assert of_first == pytest.approx(0.3) and of_last == pytest.approx(0.3)
    assert figures["ciou_universal"] == pytest.approx(3 / 4)  # the last map stays dark
    assert figures["pia_silence"] == 0.0
    assert figures["pia_noise"] == pytest.approx(1 / 4)
    assert figures["pia_off_screen"] == 0.0
    dark = np.mean([1.0, 0.75, 1.0])
    assert figures["f"] == pytest.approx(2 * 0.75 * dark / (0.75 + dark))
    assert figures["same_area_silence"] == pytest.approx(1 / 4)  # both are empty once
    assert figures["aoc_silence"] == pytest.approx(1.0)
    assert figures["aoc_noise"] == pytest.approx((3 * 1.0 + 0.025) / 4)


def test_the_centred_box_has_the_size_that_the_rule_wants():
    data = _data([(0.25, 0.25, 0.75, 0.75), (0.4, 0.4, 0.6, 0.6)])
    found = measure_overlaps(data, centred_box(2))
    np.testing.assert_allclose(found.half, [0.25 / 0.5, 0.04 / 0.5], atol=0.02)
    np.testing.assert_allclose(found.adaptive, [1.0, 1.0], atol=0.05)
