from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from objects_that_sound.models.losses import pair_masks
from objects_that_sound.models.losses.balanced_cross_entropy import balanced_accuracy
from objects_that_sound.models.networks.factory import build_network
from objects_that_sound.models.training.calibration import (
    best_bound,
    calibrate,
    set_match_threshold,
    similarities_of,
)


@pytest.fixture
def batch() -> dict[str, tf.Tensor]:
    return {"group": tf.range(64, dtype=tf.int64)}


def _accuracy(network, batch) -> float:
    logits = network.match_logits(network.call(batch)["similarities"])
    return float(balanced_accuracy(logits, *pair_masks.all_pairs(batch["group"])))


@pytest.mark.parametrize("name", ["ave", "avol"])
def test_a_bias_that_is_wrong_in_any_direction_is_set_right(name, tiny_config, batch):
    table = np.random.default_rng(0).normal(0.1, 0.1, [64, 64]) + 0.4 * np.eye(64)
    bounds = []
    for shift in (-50.0, 50.0):
        network = build_network(tiny_config(name), seed=1)
        network.call = lambda batch: {"similarities": tf.constant(table, tf.float32)}
        bias = network.match_layer.bias
        bias.assign(bias.numpy() + shift * np.linspace(0, 1, bias.shape[0] + 1)[1:])
        before = {v.path: v.numpy() for v in network.weights}
        assert _accuracy(network, batch) == 0.5
        calibrate(network, similarities_of(network, [batch]))
        assert _accuracy(network, batch) > 0.95
        changed = {v.path for v in network.weights if not np.array_equal(before[v.path], v.numpy())}
        assert changed == {bias.path}
        line = np.linspace(-1, 0.999, 4000, dtype=np.float32)
        logits = np.asarray(network.match_logits(line))
        assert (np.diff(logits) >= 0).all()  # more similar stays more likely
        bounds.append(line[np.argmax(logits > 0)])
    assert bounds[0] == pytest.approx(bounds[1], abs=2e-3)
    assert bounds[0] == pytest.approx(0.3, abs=0.08)


def _scores(network, table) -> np.ndarray:
    return 1 / (1 + np.exp(-np.asarray(network.match_logits(np.float32(table)))))


@pytest.mark.parametrize("name", ["ave", "avol", "l3"])
def test_at_the_threshold_pairs_that_match_are_told_from_others(name, tiny_config, batch):
    table = np.random.default_rng(0).normal(0.1, 0.1, [64, 64]) + 0.4 * np.eye(64)
    network = build_network(tiny_config(name), seed=1)
    network.call = lambda batch: {"similarities": tf.constant(table, tf.float32)}
    assert network.match_threshold == 0.5
    set_match_threshold(network, similarities_of(network, [batch]))
    found = _scores(network, table) >= network.match_threshold
    assert np.diagonal(found).mean() > 0.9
    assert found[~np.eye(64, dtype=bool)].mean() < 0.1


@pytest.mark.parametrize(
    ("apart", "lit"),
    [
        (0.9, 0.975),  # the bound half way between would light mismatched pairs without need
        (0.1, 0.8),  # some pairs that match are less alike than most others
    ],
)
def test_a_good_network_leaves_few_matching_pairs_dark_and_a_weak_one_more(
    apart, lit, tiny_config, batch
):
    random = np.random.default_rng(0)
    table = random.normal(0, 0.05, [64, 64]) + apart * np.eye(64)
    network = build_network(tiny_config("ave"), seed=1)
    network.call = lambda batch: {"similarities": tf.constant(table, tf.float32)}
    set_match_threshold(network, similarities_of(network, [batch]))
    own = np.diagonal(_scores(network, table)) >= network.match_threshold
    assert own.mean() == pytest.approx(lit, abs=0.1)


def test_without_mismatched_pairs_the_threshold_stays(tiny_config):
    network = build_network(tiny_config("avol"), seed=1)
    network.call = lambda batch: {"similarities": tf.eye(8)}
    set_match_threshold(network, similarities_of(network, [{"group": tf.zeros([8], tf.int64)}]))
    assert network.match_threshold == 0.5


@pytest.mark.parametrize("whole", [False, True])
def test_maps_reach_their_threshold_where_the_score_reaches_its_own(whole, tiny_config):
    network = build_network(tiny_config("avol", whole_objects=whole), seed=1)
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (8, *network.config.image_shape)).astype(np.uint8)
    sounds = random.normal(0, 3000, (8, network.config.sample_rate)).astype(np.int16)
    scores = np.asarray(network.localise(images, sounds)[1])
    network.match_threshold = float(np.sort(scores)[3:5].mean())
    maps = np.asarray(network.localise(images, sounds)[0])
    lit = maps.max((1, 2)) >= network.map_threshold
    np.testing.assert_array_equal(lit, scores >= network.match_threshold)
    assert lit.sum() == 4


def test_a_network_whose_similarities_are_logits_stays_as_it_is(tiny_config, make_batches):
    network = build_network(tiny_config("l3"), seed=1)
    before = network.get_weights()
    calibrate(network, similarities_of(network, make_batches(network.config, 8, 1)))
    for there, here in zip(network.get_weights(), before, strict=True):
        np.testing.assert_array_equal(there, here)


@pytest.mark.parametrize("overlap", [0.5, 1.0, 2.0])
def test_the_bound_of_two_bells_lies_half_way_between(overlap):
    rng = np.random.default_rng(0)
    matching, mismatched = rng.normal(0.5, 0.2 * overlap, 3000), rng.normal(0, 0.2 * overlap, 9000)
    assert best_bound(matching, mismatched) == pytest.approx(0.25, abs=0.08 * overlap)


def test_kinds_that_do_not_meet_are_parted_in_the_middle():
    bound = best_bound(np.linspace(0.6, 0.9, 300), np.linspace(-0.9, 0.2, 500))
    assert bound == pytest.approx(0.4, abs=0.1)


@pytest.mark.parametrize("matching", [[0.3], [0.3, 0.3, 0.3], [0.1, 0.9]])
@pytest.mark.parametrize("mismatched", [[0.2], [0.2] * 50, [0.3], [0.8]])
def test_few_pairs_give_a_bound_between_them(matching, mismatched):
    ends = sorted([np.median(mismatched), np.median(matching)])
    assert ends[0] - 1e-9 <= best_bound(np.array(matching), np.array(mismatched)) <= ends[1] + 1e-9


def test_without_mismatched_pairs_nothing_is_shifted(tiny_config, make_batches):
    network = build_network(tiny_config("ave"), seed=1)
    before = network.match_layer.bias.numpy()
    batches = make_batches(network.config, 8, 1)
    calibrate(
        network,
        similarities_of(
            network, batches.map(lambda batch: batch | {"group": tf.zeros([8], tf.int64)})
        ),
    )
    np.testing.assert_array_equal(network.match_layer.bias.numpy(), before)
