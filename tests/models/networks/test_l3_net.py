from __future__ import annotations

import keras
import numpy as np
import pytest

from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.networks.factory import build_network


@pytest.fixture(scope="module")
def network(tiny_config):
    return build_network(tiny_config("l3"), seed=1)


def test_it_has_the_papers_number_of_parameters_and_sizes():
    network = build_network(NetworkConfig(network="l3", image_stride=1, audio_stride=1))
    assert network.image_tower.count_params() == 4_693_056
    assert network.audio_tower.count_params() == 4_691_904
    assert network.fc1.count_params() == 131_200  # 1024 x 128 + 128
    assert network.fc2.count_params() == 258  # 128 x 2 + 2
    assert network.count_params() == 9_516_418
    assert network.image_tower.output_shape == (None, 28, 28, 512)
    assert network.audio_tower.output_shape == (None, 32, 25, 512)


def test_it_decides_by_two_layers_over_the_joined_features(network, random_media):
    image, audio = random_media(network.config, 3)
    outputs = network({"image": image, "audio": audio})
    seen, heard, logits = (
        keras.ops.convert_to_numpy(outputs[name])
        for name in ("image_embedding", "audio_embedding", "similarities")
    )
    kernel_1, bias_1 = network.fc1.get_weights()
    kernel_2, bias_2 = network.fc2.get_weights()
    for row in range(3):
        for column in range(3):
            joined = np.concatenate([seen[row], heard[column]])
            classes = np.maximum(joined @ kernel_1 + bias_1, 0) @ kernel_2 + bias_2
            assert logits[row, column] == pytest.approx(classes[1] - classes[0], abs=1e-4)


def test_where_no_channel_answers_the_vectors_have_unit_length_too(tiny_config, random_media):
    network = build_network(tiny_config("l3"), seed=1)
    image, audio = random_media(network.config, 2)
    for tower, embed, media in (
        (network.image_tower, network.embed_image, image),
        (network.audio_tower, network.embed_audio, audio),
    ):
        before = keras.ops.convert_to_numpy(embed(media))
        assert len(np.unique(before)) > 2
        beta = tower.layers[-2].beta
        values = np.array(beta)
        beta.assign(np.full(beta.shape, -1e9))  # ReLU leaves nothing
        assert keras.ops.convert_to_numpy(embed(media)) == pytest.approx(16**-0.5, abs=1e-6)
        beta.assign(values)
        assert np.array_equal(keras.ops.convert_to_numpy(embed(media)), before)


def test_its_map_decides_at_every_place(network, random_media):
    image, audio = random_media(network.config, 2)
    features = network.image_features(image)
    heard = network.pool(network.audio_features(audio))
    place = keras.ops.convert_to_numpy(network._logits(features[:, 1, 0], heard))
    whole = keras.ops.convert_to_numpy(network.similarity_map(image, network.sound_vectors(audio)))
    assert whole.shape == (2, 2, 2)
    assert whole[:, 1, 0] == pytest.approx(place, abs=1e-5)
