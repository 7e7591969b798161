from __future__ import annotations

import keras
import pytest

from objects_that_sound.models.training.learning_rate import learning_rate
from objects_that_sound.models.training_config import TrainingConfig


def _rates(config: TrainingConfig, steps) -> list[float]:
    schedule = learning_rate(config)
    return [float(keras.ops.convert_to_numpy(schedule(step))) for step in steps]


def test_the_papers_learning_rate_falls_by_6_percent_every_16_epochs():
    config = TrainingConfig(steps_per_epoch=10, learning_rate=1e-4)
    rates = _rates(config, [0, 159, 160, 320])
    assert rates == pytest.approx([1e-4, 1e-4, 0.94e-4, 0.94**2 * 1e-4], rel=1e-4)


def test_the_cosine_warms_up_and_falls_to_zero():
    config = TrainingConfig(steps=100, learning_rate=1e-3, learning_rate_decay="cosine")
    start, warm, middle, end = _rates(config, [0, 5, 55, 105])
    assert start == 0
    assert warm == pytest.approx(1e-3, rel=1e-3)
    assert middle == pytest.approx(0.5e-3, rel=0.1)
    assert end == pytest.approx(0, abs=1e-8)
