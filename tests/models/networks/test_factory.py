from __future__ import annotations

import numpy as np
import pytest

from objects_that_sound.models.networks.ave_net import AVENet
from objects_that_sound.models.networks.avol_net import AVOLNet
from objects_that_sound.models.networks.factory import build_network, build_trainable_network
from objects_that_sound.models.training_config import TrainingConfig


def test_the_configuration_names_the_network(tiny_config):
    assert isinstance(build_network(tiny_config("ave")), AVENet)
    assert isinstance(build_network(tiny_config("avol")), AVOLNet)


@pytest.mark.parametrize("name", ["ave", "avol"])
def test_all_weights_are_made_before_the_first_call(name, tiny_config, random_media):
    network = build_network(tiny_config(name))
    count = len(network.weights)
    image, audio = random_media(network.config, 2)
    network({"image": image, "audio": audio}, training=True)
    network.heatmap(image, audio)
    assert len(network.weights) == count > 30


def test_the_seed_decides_the_weights(tiny_config):
    first, same, other = (build_network(tiny_config(), seed=seed) for seed in (1, 1, 2))
    kernels = [network.image_tower.layers[0].get_weights()[0] for network in (first, same, other)]
    assert np.array_equal(kernels[0], kernels[1])
    assert not np.allclose(kernels[0], kernels[2])


def test_an_unknown_objective_is_named(tiny_config):
    with pytest.raises(KeyError, match="triplet"):
        build_network(tiny_config(), objective="triplet")


def test_a_network_to_be_trained_has_all_of_its_recipe(tiny_config):
    training = TrainingConfig(
        objective="contrastive",
        background_sounds=3,
        augmentation="strong",
        sound_contrast=0.5,
        seed=7,
    )
    config = build_trainable_network(tiny_config("ave"), training).get_config()
    assert (config["objective"], config["background_sounds"]) == ("contrastive", 3)
    assert (config["augmentation"], config["sound_contrast"]) == ("strong", 0.5)
    assert config["seed"] == 7
