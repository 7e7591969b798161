"""Every metric of every evaluator: what it declares is what judges it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from objects_that_sound.components.evaluation.decide import decide
from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.evaluator import Evaluator
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.metric import Better, Metric
from objects_that_sound.components.evaluation.threshold import Threshold, parse_threshold
from objects_that_sound.components.evaluators import EVALUATORS

METRICS = [
    pytest.param(evaluator, metric, id=f"{evaluator.name}-{metric.name}")
    for evaluator in EVALUATORS.values()
    for metric in evaluator.metrics
]


def test_names_are_unique_and_titles_are_for_people():
    for name, evaluator in EVALUATORS.items():
        assert evaluator.name == name
        names = [metric.name for metric in evaluator.metrics]
        titles = [metric.title for metric in evaluator.metrics]
        assert len(set(names)) == len(names) and len(set(titles)) == len(titles)
        # One name for people has an underscore: that of the papers' layer.
        assert not any("_" in title.replace("conv4_2", "") for title in titles)


@pytest.mark.parametrize(("evaluator", "metric"), METRICS)
def test_a_loss_beyond_the_margin_is_refused_and_a_gain_never(evaluator, metric):
    asked = Threshold(metric.name, max_loss=0.1)
    if metric.better is Better.NEITHER:
        with pytest.raises(ValueError, match="cannot be asked of it"):
            evaluator.check([asked])
        return
    evaluator.check([asked])
    gain = 0.5 if metric.better is Better.HIGHER else -0.5
    assert _passes(asked, metric, gain)
    assert not _passes(asked, metric, -gain)


@pytest.mark.parametrize("evaluator", EVALUATORS.values(), ids=lambda one: one.name)
def test_only_what_is_compared_can_be_asked_to_beat_something(evaluator: Evaluator):
    for text, known in (
        ("beats_chance", evaluator.with_chance),
        ("beats_baselines", evaluator.with_baselines),
    ):
        for metric in evaluator.metrics:
            asked = [parse_threshold(f"{metric.name}:{text}")]
            if metric in known:
                evaluator.check(asked)
            else:
                with pytest.raises(ValueError, match=f"{evaluator.name}.*{text}"):
                    evaluator.check(asked)


@pytest.mark.parametrize(("evaluator", "metric"), METRICS)
def test_a_bound_in_a_senseless_direction_is_refused(evaluator: Evaluator, metric: Metric):
    for relation, senseless in ((">=", Better.LOWER), ("<=", Better.HIGHER)):
        threshold = parse_threshold(f"{metric.name}{relation}0.5")
        if metric.better is senseless:
            with pytest.raises(ValueError, match=f"{evaluator.name}.*{metric.name}"):
                evaluator.check([threshold])
        else:
            evaluator.check([threshold])


@pytest.mark.parametrize("evaluator", EVALUATORS.values(), ids=lambda one: one.name)
def test_an_unknown_metric_is_refused_with_those_that_there_are(evaluator):
    with pytest.raises(ValueError, match="there is no metric 'quality'") as caught:
        evaluator.check([Threshold("quality", at_least=0.5)])
    assert all(metric.name in str(caught.value) for metric in evaluator.metrics)


def test_the_registry_is_read_without_anything_heavy():
    code = (
        "import sys, objects_that_sound.components.evaluators;"
        "sys.exit(str({'tensorflow', 'tfx', 'numpy', 'apache_beam'} & set(sys.modules) or ''))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr.strip() == ""


def _passes(asked: Threshold, metric: Metric, change: float) -> bool:
    estimate = Estimate(change, change - 0.01, change + 0.01)
    [decision] = decide([asked], [MeasuredMetric(metric, Estimate(0.5), estimate)], True)
    return decision.passed
