"""LocalisationEvaluator with a model whose map peaks on the square if the tone is its class's."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from objects_that_sound.components.evaluation.artifacts import Evaluation
from objects_that_sound.components.evaluation.threshold import Threshold, thresholds_to_json
from objects_that_sound.components.localisation_evaluator.executor import Executor


def _run(
    examples, model, folder, max_examples: int = 2000, baseline=(), thresholds=()
) -> tuple[dict, list]:
    evaluation = Evaluation()
    evaluation.uri = str(folder)
    parameters = {"max_examples": max_examples, "seed": 0, "split": "eval", "batch_size": 5}
    Executor().Do(
        {"examples": [examples], "model": [model], "baseline_model": list(baseline)},
        {"evaluation": [evaluation]},
        {**parameters, "thresholds": thresholds_to_json(thresholds)},
    )
    metrics = json.loads((folder / "metrics.json").read_text())
    return metrics, json.loads((folder / "samples.json").read_text())


@pytest.fixture
def boxes() -> list[tuple[float, ...]]:
    # One in four covers the centre; areas 1/4, 1/16, 1/16 and 1/16.
    return [
        (0.25, 0.25, 0.75, 0.75),
        (0.0, 0.0, 0.25, 0.25),
        (0.75, 0.0, 1.0, 0.25),
        (0.0, 0.75, 0.25, 1.0),
    ]


def test_figures_of_a_model_that_knows(make_features, write_examples, toy_model, tmp_path, boxes):
    # Class and place are independent: 16 videos, every class at every place.
    rows = [make_features(video, 0.0, video % 4, boxes[video // 4]) for video in range(16)]
    rows.append(make_features(99, 0.0, 0))  # no box: not measured
    metrics, samples = _run(
        write_examples(tmp_path / "in", {"eval": rows}), toy_model, tmp_path / "out"
    )
    assert metrics["num_examples"] == 16
    assert metrics["pointing_accuracy"] == 1.0
    assert metrics["centre_baseline"] == 0.25
    assert metrics["random_baseline"] == pytest.approx((1 / 4 + 3 / 16) / 4)
    # With a sound of another class the map is flat: the share of cells in the box.
    assert metrics["wrong_sound_pointing_accuracy"] == pytest.approx((1 / 4 + 3 / 16) / 4)
    # The map is one where the square is; enlarged, it is cut at half the height of its slopes.
    assert metrics["ciou"] == 1.0
    assert metrics["ciou_auc"] > 0.9
    assert metrics["ciou_centre_baseline"] == 0.25
    assert metrics["ciou_auc_random_baseline"] < metrics["ciou_auc_centre_baseline"] < 0.5
    assert metrics["universal_threshold"] == 1.0
    assert metrics["fires_wrong"] == metrics["fires_off_screen"] == 0.0
    # The model hears the class of the deepest tone in silence, and any class in noise.
    assert metrics["fires_silence"] == 0.25
    assert 0.0 < metrics["fires_noise"] < 0.6
    assert 0.75 < metrics["average_precision"] < 1.0
    assert 0.8 < metrics["max_f1"] < 1.0
    assert metrics["missing"] == {}
    for name in ("success_curve.png", "scores.png"):
        assert min(Image.open(tmp_path / "out" / name).size) > 300
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


def test_measures_no_more_than_asked(make_features, write_examples, toy_model, tmp_path, boxes):
    rows = [make_features(video, 0.0, video % 4, boxes[video // 4]) for video in range(16)]
    examples = write_examples(tmp_path / "in", {"eval": rows})
    metrics, _ = _run(examples, toy_model, tmp_path / "out", max_examples=6)
    assert metrics["num_examples"] == metrics["num_frames"] == 6


@pytest.mark.parametrize("labelled", [True, False])
def test_without_boxes_there_are_still_samples(
    make_features, write_examples, toy_model, tmp_path, labelled
):
    rows = [make_features(video, 0.0, video % 4, labelled=labelled) for video in range(10)]
    examples = write_examples(tmp_path / "in", {"eval": rows})
    metrics, samples = _run(examples, toy_model, tmp_path / "out")
    assert metrics["num_examples"] == 0
    assert metrics["num_frames"] == 10
    assert metrics["pointing_accuracy"] is metrics["ciou"] is None
    assert "box" in metrics["reason"] and "box" in metrics["missing"]["ciou_auc"]
    assert metrics["fires_silence"] == 0.3
    assert metrics["fires_off_screen"] == (0.0 if labelled else None)
    assert ("fires_off_screen" in metrics["missing"]) != labelled
    assert not (tmp_path / "out" / "success_curve.png").exists()
    assert len(samples) == 8
    assert all(sample["right"]["hit"] is None for sample in samples)
    assert all(sample["wrong"] is not None for sample in samples)


def test_one_class_only_has_no_wrong_sound(
    make_features, write_examples, toy_model, tmp_path, boxes
):
    rows = [make_features(video, 0.0, 0, boxes[video]) for video in range(4)]
    examples = write_examples(tmp_path / "in", {"eval": rows})
    metrics, samples = _run(examples, toy_model, tmp_path / "out")
    assert metrics["pointing_accuracy"] == 1.0
    assert metrics["wrong_sound_pointing_accuracy"] is metrics["fires_wrong"] is None
    assert metrics["fires_off_screen"] is None
    assert all(sample["wrong"] is None for sample in samples)


def test_an_empty_split_is_an_error(write_examples, toy_model, tmp_path):
    examples = write_examples(tmp_path / "in", {"eval": []})
    with pytest.raises(ValueError, match="no examples"):
        _run(examples, toy_model, tmp_path / "out")


def test_bounds_are_judged_with_intervals_and_against_a_baseline(
    make_features, write_examples, toy_model, deaf_model, tmp_path, boxes
):
    rows = [make_features(video, 0.0, video % 4, boxes[video // 4]) for video in range(16)]
    examples = write_examples(tmp_path / "in", {"eval": rows})
    asked = [
        Threshold("pointing_over_centre", at_least=0.3),
        Threshold("ciou", at_least=0.8),
        Threshold("fires_off_screen", at_most=0.2, max_loss=0.1),
    ]
    metrics, _ = _run(
        examples, toy_model, tmp_path / "good", baseline=[deaf_model], thresholds=asked
    )
    assert (tmp_path / "good" / "BLESSED").exists()
    assert metrics["change"]["fires_silence"]["value"] == -0.75
    assert metrics["change"]["pointing_accuracy"]["value"] == 0.0
    assert not any(name.endswith("_baseline") for name in metrics["change"])

    metrics, _ = _run(
        examples, deaf_model, tmp_path / "bad", baseline=[toy_model], thresholds=asked
    )
    assert (tmp_path / "bad" / "NOT_BLESSED").exists()
    decisions = json.loads((tmp_path / "bad" / "decisions.json").read_text())["decisions"]
    assert [decision["passed"] for decision in decisions] == [True, True, False, False]
    for kind in ("wrong", "silence", "noise", "off_screen"):
        assert metrics[f"fires_{kind}"] == 1.0
    assert metrics["average_precision"] == pytest.approx(1 / 2)
    assert metrics["max_f1"] == pytest.approx(2 / 3)


def test_a_bound_on_what_cannot_be_measured_is_not_kept(
    make_features, write_examples, toy_model, tmp_path
):
    examples = write_examples(tmp_path / "in", {"eval": [make_features(v, 0.0, v) for v in (0, 1)]})
    _run(examples, toy_model, tmp_path / "out", thresholds=[Threshold("ciou", at_least=0.0)])
    (decision,) = json.loads((tmp_path / "out" / "decisions.json").read_text())["decisions"]
    assert not decision["passed"]
    assert "no example has a box" in decision["text"]
