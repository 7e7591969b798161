"""AvcEvaluator with scores that are known."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from objects_that_sound.components.avc_evaluator.executor import Executor
from objects_that_sound.components.evaluation.artifacts import Evaluation
from objects_that_sound.components.evaluation.threshold import Threshold, thresholds_to_json
from objects_that_sound.models import examples as contract


def _run(folder, pairs, model, baseline_model=None, thresholds=(), batch_size=32):
    evaluation = Evaluation()
    evaluation.uri = str(folder)
    inputs = {"pairs": [pairs], "model": [model]}
    if baseline_model is not None:
        inputs["baseline_model"] = [baseline_model]
    Executor().Do(
        inputs,
        {"evaluation": [evaluation]},
        {"batch_size": batch_size, "thresholds": thresholds_to_json(thresholds)},
    )
    metrics = json.loads((folder / "metrics.json").read_text())
    return metrics, json.loads((folder / "decisions.json").read_text())


def _noisy(quality: float, groups: int = 60, seed: int = 0) -> list:
    """Pairs of which both models tell much, the new one as much as `quality` says."""
    random = np.random.default_rng(seed)
    rows = []
    for number in range(groups):
        for corresponds in (True, False) * 4:
            signal, noise = (1 if corresponds else -1), random.normal()
            scores = [1 / (1 + np.exp(-(weight * signal + noise))) for weight in (quality, 1.5)]
            rows.append((f"g{number}", corresponds, *scores))
    return rows


def test_the_figures_are_scikit_learns(make_pairs, new_model, tmp_path):
    rows = _noisy(0.5)[:-5]  # kinds of unequal number
    metrics, verdict = _run(tmp_path, make_pairs(tmp_path / "in", rows), new_model, batch_size=7)
    truth = np.array([row[1] for row in rows])
    scores = np.array([row[2] for row in rows], np.float32)
    said = scores > 0.5
    assert metrics["avc_accuracy"] == pytest.approx(balanced_accuracy_score(truth, said))
    assert metrics["avc_auc"] == pytest.approx(roc_auc_score(truth, scores))
    assert metrics["accuracy_corresponding"] == pytest.approx(said[truth].mean())
    assert metrics["accuracy_mismatched"] == pytest.approx(1 - said[~truth].mean())
    assert (metrics["num_pairs"], metrics["num_groups"]) == (len(rows), 60)
    for name in ("avc_accuracy", "avc_auc"):
        interval = metrics["confidence"][name]
        assert interval["low"] < metrics[name] < interval["high"]
    assert "change" not in metrics
    assert metrics["by_class"] == {}
    assert verdict == {"blessed": True, "decisions": []}


def test_a_class_has_its_own_figures(make_pairs, new_model, tmp_path):
    rows = [
        (f"g{i}", corresponds, 0.9 if corresponds or i % 2 else 0.1, 0.5)
        for i in range(12)
        for corresponds in (True, False)
    ]
    pairs = make_pairs(tmp_path / "in", rows, classes=("drum", "voice"))
    metrics, _ = _run(tmp_path, pairs, new_model)
    right = {"accuracy": 1.0, "low": 1.0, "high": 1.0, "num_pairs": 12}
    guessed = {"accuracy": 0.5, "low": 0.5, "high": 0.5, "num_pairs": 12}
    assert metrics["by_class"] == {"drum": right, "voice": guessed}
    assert metrics["avc_accuracy"] == 0.75


def test_a_constant_answer_is_chance(make_pairs, new_model, tmp_path):
    rows = [(f"g{i}", corresponds, 0.7, 0.5) for i in range(20) for corresponds in (True, False)]
    asked = [Threshold("avc_accuracy", at_least=0.6), Threshold("avc_auc", at_least=0.6)]
    metrics, verdict = _run(
        tmp_path, make_pairs(tmp_path / "in", rows), new_model, thresholds=asked
    )
    assert metrics["avc_accuracy"] == metrics["avc_auc"] == 0.5
    assert not verdict["blessed"]
    assert [decision["metric"] for decision in verdict["decisions"]] == ["avc_accuracy", "avc_auc"]
    assert "avc_accuracy 0.500 (0.500 to 0.500) is below 0.600" in verdict["decisions"][0]["text"]


@pytest.mark.parametrize(("quality", "blessed"), [(1.5, True), (1.45, True), (0.5, False)])
def test_a_model_is_compared_on_the_same_pairs(
    quality, blessed, make_pairs, new_model, old_model, tmp_path
):
    asked = [Threshold("avc_accuracy", max_loss=0.04)]
    pairs = make_pairs(tmp_path / "in", _noisy(quality))
    metrics, verdict = _run(tmp_path, pairs, new_model, old_model, asked)
    change = metrics["change"]["avc_accuracy"]
    assert change["low"] <= change["value"] <= change["high"]
    assert verdict["blessed"] is blessed
    if quality == 1.5:
        assert change == {"value": 0.0, "low": 0.0, "high": 0.0}


def test_few_groups_do_not_suffice_to_show_an_accuracy(make_pairs, new_model, tmp_path):
    asked = [Threshold("avc_accuracy", at_least=0.91)]
    verdicts = []
    for groups in (6, 200):
        pairs = make_pairs(tmp_path / str(groups), _noisy(1.5, groups))
        metrics, verdict = _run(tmp_path, pairs, new_model, thresholds=asked)
        assert metrics["avc_accuracy"] > 0.93
        verdicts.append(verdict)
    assert [verdict["blessed"] for verdict in verdicts] == [False, True]
    assert verdicts[0]["decisions"][0]["text"].endswith("too few examples to tell")


def test_a_model_that_hears_another_rate_is_no_baseline(make_pairs, make_model, tmp_path):
    pairs = make_pairs(tmp_path / "in", _noisy(0.0))
    asked = [Threshold("avc_accuracy", max_loss=0.04)]
    new, old, other = (
        make_model(feature, rate)
        for feature, rate in (
            (contract.IMAGE, 8000),
            (contract.AUDIO, 8000),
            (contract.AUDIO, 16000),
        )
    )
    assert not _run(tmp_path, pairs, new, old, asked)[1]["blessed"]
    metrics, verdict = _run(tmp_path, pairs, new, other, asked)
    assert "change" not in metrics
    assert verdict["blessed"]
    assert verdict["decisions"][0]["text"].endswith("not compared: no baseline model")


def test_there_are_pictures(make_pairs, new_model, old_model, tmp_path):
    _run(tmp_path, make_pairs(tmp_path / "in", _noisy(1.0, 5)), new_model, old_model)
    for name in ("scores.png", "roc.png"):
        picture = Image.open(tmp_path / name).convert("RGB")
        assert len(picture.getcolors(1 << 20)) > 10


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("g1", True, 0.5, 0.5), ("g2", True, 0.5, 0.5)], "no pairs of both kinds"),
        ([], "no pairs of both kinds"),
        ([("g1", True, float("nan"), 0.5), ("g2", False, 0.5, 0.5)], "1 of 2 scores of the model"),
    ],
)
def test_what_cannot_be_measured_is_an_error(rows, message, make_pairs, new_model, tmp_path):
    with pytest.raises(ValueError, match=message):
        _run(tmp_path, make_pairs(tmp_path / "in", rows), new_model)
