from __future__ import annotations

import keras
import numpy as np
import pytest

from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.networks.factory import build_network


@pytest.fixture(
    scope="module",
    params=[{}, {"normalise": False, "pooled_head": False}],
    ids=["default", "as printed"],
)
def network(request, tiny_config):
    return build_network(tiny_config("avol", **request.param), seed=1)


def test_as_printed_it_has_the_papers_number_of_parameters():
    network = build_network(NetworkConfig(network="avol", normalise=False, pooled_head=False))
    assert network.image_tower.count_params() == 4_693_056
    assert network.audio_tower.count_params() == 4_691_904
    assert [layer.name for layer in (network.image_head.first, network.image_head.second)] == [
        "conv5",
        "conv6",
    ]
    for head in (network.image_head, network.audio_head):
        assert (head.first.count_params(), head.second.count_params()) == (65_664, 16_512)
    assert network.conv7.count_params() == 2
    assert network.count_params() == 9_549_314


def test_the_pooled_head_is_one_more_head():
    with_head = build_network(NetworkConfig(network="avol", normalise=False, pooled_head=True))
    assert with_head.count_params() == 9_549_314 + 65_664 + 16_512


def test_the_score_is_the_largest_value_of_the_heat_map(network, random_media):
    image, audio = random_media(network.config, 4)
    heatmap = keras.ops.convert_to_numpy(network.heatmap(image, audio))
    assert len(np.unique(heatmap)) > 4  # or the largest would be any
    score = keras.ops.convert_to_numpy(network.score(image, audio))
    assert score == pytest.approx(heatmap.max(axis=(1, 2)), abs=1e-6)


def test_conv7_is_one_scale_and_one_bias(network):
    network.conv7.set_weights([np.array([[3.0]]), np.array([-2.0])])
    logits = network.match_logits(np.float32([[0.5, -1.0]]))
    assert keras.ops.convert_to_numpy(logits).tolist() == [[-0.5, -5.0]]


def test_the_map_is_of_scalar_products_with_the_sounds_vector(network, random_media):
    image, audio = random_media(network.config, 2)
    sound = keras.ops.convert_to_numpy(network({"image": image, "audio": audio})["audio_embedding"])
    places = keras.ops.convert_to_numpy(network.image_head(network.image_features(image)))
    assert places.shape == (2, 2, 2, 8)
    products = keras.ops.convert_to_numpy(
        network.similarity_map(image, network.sound_vectors(audio))
    )
    assert products == pytest.approx((places * sound[:, None, None]).sum(-1), rel=1e-4, abs=1e-5)


def test_sounds_that_fit_light_up_places_and_others_do_not(tiny_config):
    network = build_network(tiny_config("avol"), seed=1)
    fit, orthogonal = keras.ops.convert_to_numpy(network.match_logits(np.float32([1.0, 0.0])))
    assert fit > 2
    assert orthogonal < -2
