from __future__ import annotations

import keras
import numpy as np
import pytest

from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.networks.factory import build_network


@pytest.fixture(scope="module")
def network(tiny_config):
    return build_network(tiny_config("ave"), seed=1)


def test_as_printed_it_has_the_papers_number_of_parameters():
    network = build_network(NetworkConfig(network="ave", normalise=False))
    assert network.image_tower.count_params() == 4_693_056
    assert network.audio_tower.count_params() == 4_691_904
    for head in (network.image_head, network.audio_head):
        assert head.first.count_params() == 65_664  # 512 x 128 + 128
        assert head.second.count_params() == 16_512  # 128 x 128 + 128
        assert head.batch_norm is None
    assert network.fc3.count_params() == 4
    assert network.count_params() == 9_549_316


def test_25_frames_change_the_first_layer_alone():
    one = build_network(NetworkConfig(network="ave", normalise=False))
    several = build_network(NetworkConfig(network="ave", normalise=False, frames=25))
    changed = [
        variable
        for variable, before in zip(several.weights, one.weights, strict=True)
        if variable.shape != before.shape
    ]
    assert changed == [several.image_tower.layers[0].kernel]
    assert changed[0].shape == (3, 3, 75, 64)
    assert several.count_params() == 9_549_316 + 3 * 3 * 72 * 64 == 9_590_788


def test_it_decides_by_the_euclidean_distance(network):
    rng = np.random.default_rng(0)
    image, audio = rng.normal(size=[2, 5, 8])
    image /= np.linalg.norm(image, axis=-1, keepdims=True)
    audio /= np.linalg.norm(audio, axis=-1, keepdims=True)
    distance = np.linalg.norm(image - audio, axis=-1)
    kernel, bias = network.fc3.get_weights()
    two_classes = distance[:, None] * kernel + bias  # [5, 2]
    probability = np.exp(two_classes[:, 1]) / np.exp(two_classes).sum(-1)
    logits = network.match_logits((image * audio).sum(-1).astype(np.float32))
    assert 1 / (1 + np.exp(-keras.ops.convert_to_numpy(logits))) == pytest.approx(
        probability, abs=1e-4
    )


def test_at_the_start_near_vectors_match_and_random_ones_do_not(network):
    near, random = keras.ops.convert_to_numpy(network.match_logits(np.float32([1.0, 0.0])))
    assert near > 5
    assert random < -0.5


def test_equal_vectors_have_a_finite_gradient(network):
    tf = pytest.importorskip("tensorflow")
    similarity = tf.Variable([1.0, 1.0 + 1e-6])  # rounding may exceed 1
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(network.match_logits(similarity))
    assert np.isfinite(total.numpy())
    assert np.isfinite(tape.gradient(total, similarity).numpy()).all()


def test_its_map_is_its_head_at_every_place(network, random_media):
    image, audio = random_media(network.config, 2)
    features = keras.ops.convert_to_numpy(network.image_features(image))
    sound = keras.ops.convert_to_numpy(network.embed_audio(audio))
    place = keras.ops.convert_to_numpy(network.image_head(features[:, 1, 0]))
    similarity = keras.ops.convert_to_numpy(
        network.similarity_map(image, network.sound_vectors(audio))
    )[:, 1, 0]
    assert similarity == pytest.approx((place * sound).sum(-1), abs=1e-5)
