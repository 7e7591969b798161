"""The options of LocalisationBenchmarkEvaluator."""

from __future__ import annotations

import typing

from objects_that_sound.components.localisation_benchmark_evaluator.evaluator import Dataset
from objects_that_sound.components.localisation_benchmark_evaluator.layouts.registry import LAYOUTS


def test_every_dataset_that_can_be_asked_for_has_a_layout():
    assert set(typing.get_args(Dataset)) == set(LAYOUTS)
