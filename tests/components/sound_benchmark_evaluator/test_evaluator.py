"""The options of SoundBenchmarkEvaluator, from a run's and by themselves."""

from __future__ import annotations

import typing

import pytest

from objects_that_sound.components.sound_benchmark_evaluator.evaluator import (
    SOUND_BENCHMARK,
    Dataset,
    SoundBenchmarkOptions,
)
from objects_that_sound.components.sound_benchmark_evaluator.layouts import DATASETS


def test_every_dataset_that_can_be_asked_for_has_a_layout():
    assert set(typing.get_args(Dataset)) == set(DATASETS)


@pytest.mark.parametrize("run", [{}, {"sound_benchmark": ""}, {"sound_benchmark": None}])
def test_a_run_that_names_no_benchmark_leaves_the_evaluator_out(run):
    assert SOUND_BENCHMARK.run_options(run) is None


def test_a_run_names_dataset_and_folder():
    options = SOUND_BENCHMARK.run_options({"sound_benchmark": "esc10:gs://a/b", "batch_size": 4})
    assert options == SoundBenchmarkOptions("esc10", "gs://a/b")


def test_options_are_checked_against_what_is_declared():
    with pytest.raises(ValueError, match="dataset must be 'esc50', 'esc10'"):
        SOUND_BENCHMARK.run_options({"sound_benchmark": "esc11:data"})
    with pytest.raises(ValueError, match="hop_seconds must be a number above 0"):
        SoundBenchmarkOptions("esc10", "data", hop_seconds=0.0)
