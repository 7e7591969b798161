from __future__ import annotations

import numpy as np
import pytest

from objects_that_sound.models.networks.factory import build_network
from objects_that_sound.models.training.keras_weights import load_keras_weights, save_keras_weights


@pytest.mark.parametrize("name", ["l3", "ave", "avol"])
def test_another_process_gets_the_same_weights(name, tiny_config, tmp_path):
    serving = tmp_path / "model" / "Format-Serving"
    serving.mkdir(parents=True)
    network = build_network(tiny_config(name), seed=1)
    save_keras_weights(network, str(serving))
    assert list(serving.iterdir()) == []  # what is served stays as it is
    other = build_network(tiny_config(name), "contrastive", seed=2)
    assert any(
        (a != b).any() for a, b in zip(other.get_weights(), network.get_weights(), strict=True)
    )
    load_keras_weights(other, str(serving))
    for there, here in zip(other.weights, network.weights, strict=True):
        np.testing.assert_array_equal(there, here)


def test_another_configuration_is_told(tiny_config, tmp_path):
    save_keras_weights(build_network(tiny_config("ave")), str(tmp_path / "Format-Serving"))
    network = build_network(tiny_config("avol", embedding_size=4))
    with pytest.raises(ValueError, match=r"network is 'ave' there and 'avol' here, embedding_size"):
        load_keras_weights(network, str(tmp_path / "Format-Serving"))


def test_a_model_without_weights_is_told(tiny_config, tmp_path):
    network = build_network(tiny_config("ave"))
    with pytest.raises(FileNotFoundError, match="train without --warm-start"):
        load_keras_weights(network, str(tmp_path / "Format-Serving"))
