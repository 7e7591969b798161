from __future__ import annotations

import pytest

from objects_that_sound.tfx_pipeline.presets.registry import PRESETS
from objects_that_sound.tfx_pipeline.report.advice.words import duration, size
from objects_that_sound.tfx_pipeline.video_check.preset_cost import (
    flops_per_pair,
    machine_flops,
    preset_cost,
)


def test_operations_of_the_papers_network_are_those_counted_from_its_layers():
    assert flops_per_pair(PRESETS["ave"]().network) == pytest.approx(30.9e9, rel=0.01)


def test_more_and_longer_videos_take_more_up_to_what_a_preset_stores():
    preset = PRESETS["demo"]()
    few, many, long = (
        preset_cost(preset, ticks, 1e10) for ticks in ([3, 4], [3, 4] * 100, [1000, 1000])
    )
    assert [one.moments for one in (few, many, long)] == [7, 700, 20]
    assert few.disk_bytes < long.disk_bytes < many.disk_bytes
    assert few.ingest_seconds < long.ingest_seconds < many.ingest_seconds
    assert few.training_seconds == many.training_seconds


def test_a_preset_that_bounds_the_time_of_training_says_it():
    cost = preset_cost(PRESETS["real"](), [30], 1e10)
    assert cost.bounded and cost.training_seconds == 20 * 60


def test_this_machine_computes():
    assert machine_flops() > 1e8


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 second"),
        (89, "89 seconds"),
        (1200, "20 minutes"),
        (7200, "2 hours"),
        (86400 * 3, "3 days"),
        (86400 * 365 * 46, "46 years"),
    ],
)
def test_a_time_is_told_in_words(seconds, words):
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("number", "words"), [(999, "999 B"), (1.44e9, "1.44 GB"), (2e15, "2,000 TB")]
)
def test_a_size_is_told_in_words(number, words):
    assert size(number) == words
