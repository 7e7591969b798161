"""Metrics of the same examples."""

from __future__ import annotations

import numpy as np
import pytest

from objects_that_sound.components.evaluation.bootstrap import bootstrap, bootstrap_change
from objects_that_sound.components.evaluation.measure import mean_of, measure
from objects_that_sound.components.evaluation.metric import Metric

A, B, C = (Metric(name, name.upper()) for name in "abc")
CLUSTERS = [f"g{i // 2}" for i in range(20)]
NEW, OLD = (mean_of(np.random.default_rng(seed).random(20)) for seed in (0, 1))
NOWHERE = mean_of(np.full(20, np.nan))


def test_every_metric_is_there_in_its_order_with_all_that_stands_beside_it():
    first, second, third = measure(
        (A, B, C),
        {"b": NOWHERE, "a": NEW},
        {"a": OLD},
        CLUSTERS,
        chance={"a": 0.5},
        ceiling={"a": 0.9},
        baselines={"a": {"Centre": OLD, "Nowhere": NOWHERE}},
        missing={"b": "there are no boxes"},
    )
    assert [one.metric for one in (first, second, third)] == [A, B, C]
    assert first.estimate == bootstrap(NEW, CLUSTERS)
    assert first.change == bootstrap_change(NEW, OLD, CLUSTERS)
    assert (first.chance, first.ceiling) == (0.5, 0.9)
    assert first.baselines == {"Centre": bootstrap(OLD, CLUSTERS)}
    assert (second.estimate, second.missing) == (None, "there are no boxes")
    assert (third.estimate, third.missing) == (None, "no example defines it")


def test_without_a_model_to_compare_with_there_is_no_change():
    for compared in (None, {}, {"a": NOWHERE}):
        [one] = measure((A,), {"a": NEW}, compared, CLUSTERS)
        assert one.change is None


def test_a_statistic_that_nobody_declared_is_an_error():
    with pytest.raises(KeyError, match="'d'"):
        measure((A,), {"a": NEW, "d": NEW}, None, CLUSTERS)


def test_the_mean_leaves_out_what_is_not_there():
    mean = mean_of(np.array([1.0, np.nan, 3.0]))
    assert mean(np.array([0, 1, 2])) == 2.0
    assert np.isnan(mean(np.array([1])))
