from __future__ import annotations

import typing

import numpy as np
import pytest
import tensorflow as tf

from objects_that_sound.models.losses.objectives import OBJECTIVES
from objects_that_sound.models.training_config import ObjectiveName

GROUP = np.arange(6)


def _logits(similarities):
    return 20 * similarities


def _loss(name, similarities) -> float:
    return float(OBJECTIVES[name](tf.constant(similarities, tf.float32), _logits, GROUP))


def test_a_recipe_may_name_every_objective_and_no_other():
    assert set(typing.get_args(ObjectiveName)) == set(OBJECTIVES)


@pytest.mark.parametrize(
    ("name", "undecided"),
    [
        ("split_pairs", np.log(2)),
        ("all_pairs", np.log(2)),
        ("contrastive", np.log(6) + np.log(2)),
    ],
)
def test_undecided_costs_chance_perfect_nothing_and_reversed_more(name, undecided):
    assert _loss(name, np.zeros([6, 6])) == pytest.approx(undecided, rel=1e-5)
    right = 2 * np.eye(6) - 1
    assert _loss(name, right) == pytest.approx(0, abs=1e-3)
    assert _loss(name, -right) > 10


def test_contrastive_fits_the_correspondence_layer_but_vectors_by_info_nce_only():
    similarities = tf.Variable(np.random.default_rng(0).uniform(-1, 1, [6, 6]), dtype=tf.float32)
    scale = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        loss = OBJECTIVES["contrastive"](similarities, lambda s: scale * s, GROUP)
        without = OBJECTIVES["contrastive"](similarities, lambda s: 0.0 * s, GROUP)
    assert abs(tape.gradient(loss, scale).numpy()) > 1e-3
    gradient = tape.gradient(loss, similarities).numpy()
    assert gradient == pytest.approx(tape.gradient(without, similarities).numpy(), abs=1e-6)
