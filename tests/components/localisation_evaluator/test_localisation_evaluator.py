"""LocalisationEvaluator with a model whose map peaks on the square if the tone is its class's."""

from __future__ import annotations

import functools
import json

import numpy as np
import pytest
from PIL import Image

from objects_that_sound.components.evaluation.saved_model import SavedModel
from objects_that_sound.components.evaluation.threshold import Threshold
from objects_that_sound.components.localisation_evaluator.evaluator import (
    FIRES,
    LOCALISATION,
    OF_BOXES,
    LocalisationOptions,
)


@pytest.fixture
def run(run_evaluator):
    """LocalisationEvaluator on one span or several."""
    return functools.partial(run_evaluator, LOCALISATION)


@pytest.fixture
def boxes() -> list[tuple[float, ...]]:
    # One in four covers the centre; areas 1/4, 1/16, 1/16 and 1/16.
    return [
        (0.25, 0.25, 0.75, 0.75),
        (0.0, 0.0, 0.25, 0.25),
        (0.75, 0.0, 1.0, 0.25),
        (0.0, 0.75, 0.25, 1.0),
    ]


@pytest.fixture
def rows(make_features, boxes) -> list[dict]:
    # Class and place are independent: 16 videos, every class at every place.
    return [make_features(video, 0.0, video % 4, boxes[video // 4]) for video in range(16)]


def _samples(folder) -> list[dict]:
    return json.loads((folder / "samples.json").read_text())


def test_figures_of_a_model_that_knows(
    rows, make_features, write_examples, toy_model, run, tmp_path
):
    rows.append(make_features(99, 0.0, 0))  # no box: not measured
    examples = write_examples(tmp_path / "in", {"eval": rows})
    options = LocalisationOptions(batch_size=5)
    result = run(tmp_path / "out", examples=examples, model=toy_model, options=options)
    assert result.details == {"num_frames": 16, "num_frames_with_boxes": 16}
    assert result.notes == (
        "16 frames, 16 with boxes.",
        "A frame fires at a sound if its score is 1.000 or more, as that of 90% of the true sounds "
        "is.",
        "The model does not say from which value on a map marks something: of each map, the "
        "brighter half of its own range is compared with the box.",
    )
    pointing, ciou, auc = (result[name] for name in ("pointing_accuracy", "ciou", "ciou_auc"))
    assert pointing.value == 1.0
    assert pointing.baselines["image centre"].value == 0.25
    assert pointing.chance == pytest.approx((1 / 4 + 3 / 16) / 4)
    # With a sound of another class the map is flat: the share of cells in the box.
    assert pointing.baselines["wrong sound"].value == pytest.approx((1 / 4 + 3 / 16) / 4)
    assert result["pointing_over_centre"].value == 0.75
    assert result["pointing_in_mosaics"].value == 1.0
    assert result["pointing_in_mosaics"].chance == 0.5
    # The map is one where the square is; enlarged, it is cut at half the height of its slopes.
    assert ciou.value == 1.0
    assert ciou.baselines["image centre"].value == 0.25
    assert result["ciou_over_centre"].value == 0.75
    overlap = result["mean_overlap"]
    assert 0.9 < overlap.value <= 1.0
    assert overlap.chance < overlap.baselines["image centre"].value < 0.5
    assert auc.value > 0.9
    assert auc.chance < auc.baselines["image centre"].value < 0.5
    assert result["universal_threshold"].value == 1.0
    assert result["fires_wrong"].value == result["fires_off_screen"].value == 0.0
    # The model hears the class of the deepest tone in silence, and any class in noise.
    assert result["fires_silence"].value == 0.25
    assert 0.0 < result["fires_noise"].value < 0.6
    assert 0.75 < result["average_precision"].value < 1.0
    assert 0.8 < result["max_f1"].value < 1.0
    for name in ("success_curve.png", "scores.png"):
        assert min(Image.open(tmp_path / "out" / name).size) > 300
    samples = _samples(tmp_path / "out")
    assert len(samples) == 8
    assert len({sample["label"] for sample in samples}) == 4
    for sample in samples:
        assert sample["right"]["score"] == 1.0
        assert sample["right"]["hit"] == 1.0
        assert sample["right"]["sound_label"] == sample["label"]
        assert sample["wrong"]["score"] == 0.0
        assert sample["wrong"]["peak"] == 0.0
        assert sample["wrong"]["sound_label"] != sample["label"]
        right, wrong = (
            np.asarray(Image.open(tmp_path / "out" / sample[which]["overlay"])).astype(int)
            for which in ("right", "wrong")
        )
        assert abs(right - wrong).max() > 60
        assert (tmp_path / "out" / sample["wrong"]["sound"]).stat().st_size == 8044


@pytest.mark.parametrize(("threshold", "found"), [(0.5, 1.0), (1.01, 0.0), (0.0, 0.0)])
def test_a_models_own_threshold_serves_all_its_maps(
    rows, write_examples, toy_model, run, tmp_path, monkeypatch, threshold, found
):
    """The toy's maps are one where the square is, and zero elsewhere."""
    monkeypatch.setattr(SavedModel, "map_threshold", threshold)
    examples = write_examples(tmp_path / "in", {"eval": rows})
    result = run(tmp_path / "out", examples=examples, model=toy_model)
    assert result["ciou"].value == found
    shares = {1.01: 0.0, 0.0: (1 / 4 + 3 / 16) / 4}  # of the frame that boxes are
    if threshold in shares:
        assert result["mean_overlap"].value == pytest.approx(shares[threshold])
    assert result["ciou"].baselines["image centre"].value == 0.25
    assert f"Where a map is {threshold:.3f} or more" in result.notes[-1]
    own, others = {0.5: ("100.0%", "0.0%"), 1.01: ("0.0%", "0.0%"), 0.0: ("100.0%", "100.0%")}[
        threshold
    ]
    assert f"{own} of the maps mark something with the frame's own sound" in result.notes[-1]
    assert f"{others} with a wrong sound" in result.notes[-1]


def test_measures_no_more_than_asked(rows, write_examples, toy_model, run, tmp_path):
    spans = [
        write_examples(tmp_path / name, {"eval": half})
        for name, half in (("a", rows[:8]), ("b", rows[8:]))
    ]
    for count in (6, 12):
        options = LocalisationOptions(max_examples=count)
        result = run(tmp_path / str(count), examples=spans, model=toy_model, options=options)
        assert result.details == {"num_frames": count, "num_frames_with_boxes": count}


@pytest.mark.parametrize("labelled", [True, False])
def test_without_boxes_there_are_still_samples(
    make_features, write_examples, toy_model, run, tmp_path, labelled
):
    rows = [make_features(video, 0.0, video % 4, labelled=labelled) for video in range(10)]
    examples = write_examples(tmp_path / "in", {"eval": rows})
    result = run(tmp_path / "out", examples=examples, model=toy_model)
    assert result.details == {"num_frames": 10, "num_frames_with_boxes": 0}
    for metric in OF_BOXES:
        assert result[metric.name].value is None
        assert "no example has a box" in result[metric.name].missing
    assert result["fires_silence"].value == 0.3
    off_screen = result["fires_off_screen"]
    assert off_screen.value == (0.0 if labelled else None)
    assert bool(off_screen.missing) != labelled
    assert not (tmp_path / "out" / "success_curve.png").exists()
    samples = _samples(tmp_path / "out")
    assert len(samples) == 8
    assert all(sample["right"]["hit"] is None for sample in samples)
    assert all(sample["wrong"] is not None for sample in samples)


def test_one_class_only_has_no_wrong_sound(
    make_features, write_examples, toy_model, run, tmp_path, boxes
):
    rows = [make_features(video, 0.0, 0, boxes[video]) for video in range(4)]
    examples = write_examples(tmp_path / "in", {"eval": rows})
    result = run(tmp_path / "out", examples=examples, model=toy_model)
    assert result["pointing_accuracy"].value == 1.0
    assert set(result["pointing_accuracy"].baselines) == {"image centre"}
    assert result["fires_wrong"].missing == "all sounds are of one class or group of videos"
    assert result["fires_off_screen"].value is None
    assert all(sample["wrong"] is None for sample in _samples(tmp_path / "out"))


def test_an_empty_split_is_an_error(write_examples, toy_model, run, tmp_path):
    examples = write_examples(tmp_path / "in", {"eval": []})
    with pytest.raises(ValueError, match="no examples"):
        run(tmp_path / "out", examples=examples, model=toy_model)


def test_bounds_are_judged_with_intervals_and_against_a_baseline(
    rows, write_examples, toy_model, deaf_model, run, tmp_path
):
    asked = [
        Threshold("pointing_over_centre", at_least=0.3),
        Threshold("ciou", at_least=0.8),
        Threshold("fires_off_screen", at_most=0.2, max_loss=0.1),
        Threshold("fires_silence", max_loss=0.1),
    ]
    examples = write_examples(tmp_path / "in", {"eval": rows})
    run = functools.partial(run, examples=examples, thresholds=asked)
    result = run(tmp_path / "good", model=toy_model, baseline_model=deaf_model)
    assert result.blessed
    assert result["fires_silence"].change.value == -0.75
    assert result["pointing_accuracy"].change.value == 0.0

    result = run(tmp_path / "bad", model=deaf_model, baseline_model=toy_model)
    assert [one.passed for one in result.decisions] == [True, True, False, False, False]
    for metric in FIRES.values():
        assert result[metric.name].value == 1.0
    # A model that can't tell sounds apart has chance.
    for name in ("average_precision", "max_f1"):
        assert result[name].value == pytest.approx(result[name].chance)


def test_a_bound_on_what_cannot_be_measured_is_not_kept(
    make_features, write_examples, toy_model, run, tmp_path
):
    examples = write_examples(tmp_path / "in", {"eval": [make_features(v, 0.0, v) for v in (0, 1)]})
    asked = [Threshold("ciou", at_least=0.0)]
    result = run(tmp_path / "out", examples=examples, model=toy_model, thresholds=asked)
    (decision,) = result.decisions
    assert not decision.passed
    assert "no example has a box" in decision.text
