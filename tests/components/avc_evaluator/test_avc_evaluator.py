"""AvcEvaluator with scores that are known."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from PIL import Image
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from objects_that_sound.components.avc_evaluator.evaluator import ACCURACY, AVC, CUES, AvcOptions
from objects_that_sound.components.baseline_evaluator.baselines import COLOUR_HISTOGRAM
from objects_that_sound.components.evaluation.artifacts import Evaluation
from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.metric import Metric
from objects_that_sound.components.evaluation.threshold import Threshold
from objects_that_sound.models import examples as contract

HALF = Estimate(0.5, 0.4, 0.6)


@pytest.fixture
def run(run_evaluator):
    """AvcEvaluator on pairs."""
    return functools.partial(run_evaluator, AVC)


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


def test_the_figures_are_scikit_learns(make_pairs, new_model, run, tmp_path):
    rows = _noisy(0.5)[:-5]  # kinds of unequal number
    pairs = make_pairs(tmp_path / "in", rows)
    result = run(tmp_path, pairs=pairs, model=new_model, options=AvcOptions(batch_size=7))
    truth = np.array([row[1] for row in rows])
    scores = np.array([row[2] for row in rows], np.float32)
    said = scores > 0.5
    values = {one.metric.name: one.value for one in result.metrics if one.estimate is not None}
    assert values == pytest.approx(
        {
            "avc_accuracy": balanced_accuracy_score(truth, said),
            "avc_auc": roc_auc_score(truth, scores),
            "accuracy_corresponding": said[truth].mean(),
            "accuracy_mismatched": 1 - said[~truth].mean(),
        }
    )
    assert f"{len(rows)} pairs of 60 groups" in result.notes[0]
    for one in result.metrics:
        assert one.change is None
        if one.metric.name in CUES:  # this model scores whole examples only
            assert "no signature 'score'" in one.missing
        else:
            assert one.estimate.low < one.value < one.estimate.high
    assert (result["avc_accuracy"].chance, result["avc_accuracy"].ceiling) == (0.5, 0.97)
    assert result.tables == ()
    assert result.decisions == ()


def test_a_class_has_its_own_figures(make_pairs, new_model, run, tmp_path):
    rows = [
        (f"g{i}", corresponds, 0.9 if corresponds or i % 2 else 0.1, 0.5)
        for i in range(12)
        for corresponds in (True, False)
    ]
    pairs = make_pairs(tmp_path / "in", rows, classes=("drum", "voice"))
    result = run(tmp_path, pairs=pairs, model=new_model)
    [table] = result.tables
    assert table.rows == (("drum", 1.0, 1.0, 1.0, 12), ("voice", 0.5, 0.5, 0.5, 12))
    assert result["avc_accuracy"].value == 0.75


def test_a_constant_answer_is_chance(make_pairs, new_model, run, tmp_path):
    rows = [(f"g{i}", corresponds, 0.7, 0.5) for i in range(20) for corresponds in (True, False)]
    asked = [Threshold("avc_accuracy", at_least=0.6), Threshold("avc_auc", at_least=0.6)]
    pairs = make_pairs(tmp_path / "in", rows)
    result = run(tmp_path, pairs=pairs, model=new_model, thresholds=asked)
    assert result["avc_accuracy"].value == result["avc_auc"].value == 0.5
    assert not result.blessed
    assert [decision.metric for decision in result.decisions] == ["avc_accuracy", "avc_auc"]
    assert "avc_accuracy 0.500 (0.500 to 0.500) is below 0.600" in result.decisions[0].text


@pytest.mark.parametrize(("quality", "blessed"), [(1.5, True), (1.45, True), (0.5, False)])
def test_a_model_is_compared_on_the_same_pairs(
    quality, blessed, make_pairs, new_model, old_model, run, tmp_path
):
    result = run(
        tmp_path,
        pairs=make_pairs(tmp_path / "in", _noisy(quality)),
        model=new_model,
        baseline_model=old_model,
        thresholds=[Threshold("avc_accuracy", max_loss=0.04)],
    )
    change = result["avc_accuracy"].change
    assert change.low <= change.value <= change.high
    assert result.blessed is blessed
    if quality == 1.5:
        assert change == Estimate(0.0, 0.0, 0.0)


def test_few_groups_do_not_suffice_to_show_an_accuracy(make_pairs, new_model, run, tmp_path):
    asked = [Threshold("avc_accuracy", at_least=0.91)]
    results = []
    for groups in (6, 200):
        pairs = make_pairs(tmp_path / str(groups), _noisy(1.5, groups))
        folder = tmp_path / f"out{groups}"
        folder.mkdir()
        results.append(run(folder, pairs=pairs, model=new_model, thresholds=asked))
        assert results[-1]["avc_accuracy"].value > 0.93
    assert [result.blessed for result in results] == [False, True]
    assert results[0].decisions[0].text.endswith("add held-out videos to tell")


def test_a_model_that_hears_another_rate_is_no_baseline(make_pairs, make_model, run, tmp_path):
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
    run = functools.partial(run, tmp_path, pairs=pairs, model=new, thresholds=asked)
    assert not run(baseline_model=old).blessed
    result = run(baseline_model=other)
    assert result["avc_accuracy"].change is None
    assert result.blessed
    assert "the baseline model has no such figure" in result.decisions[0].text


def test_the_figures_of_other_ways_stand_beside_the_accuracy(make_pairs, new_model, run, tmp_path):
    other = Evaluation()
    other.uri = str(tmp_path / "baselines")
    histogram = MeasuredMetric(COLOUR_HISTOGRAM.metric(ACCURACY), HALF)
    unknown = MeasuredMetric(Metric("other", "Other"), missing="there are no labels")
    EvaluationResult("baselines", "Baselines", [histogram, unknown]).write(other.uri)
    pairs = make_pairs(tmp_path / "in", _noisy(1.0, 5))
    result = run(tmp_path, pairs=pairs, model=new_model, baselines=other)
    assert result["avc_accuracy"].baselines == {"Colour histogram": HALF}
    assert result["avc_auc"].baselines == {}


def test_there_are_pictures(make_pairs, new_model, old_model, run, tmp_path):
    pairs = make_pairs(tmp_path / "in", _noisy(1.0, 5))
    run(tmp_path, pairs=pairs, model=new_model, baseline_model=old_model)
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
def test_what_cannot_be_measured_is_an_error(rows, message, make_pairs, new_model, run, tmp_path):
    with pytest.raises(ValueError, match=message):
        run(tmp_path, pairs=make_pairs(tmp_path / "in", rows), model=new_model)
