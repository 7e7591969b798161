"""A network that Keras saves is the same when Keras loads it."""

from __future__ import annotations

import subprocess
import sys

import keras
import numpy as np
import pytest

from objects_that_sound.models.networks.avc_network import AvcNetwork
from objects_that_sound.models.networks.factory import build_network

NAMES = ("l3", "ave", "avol")


@pytest.fixture
def make(tiny_config):
    def build(name: str) -> AvcNetwork:
        config = tiny_config(name, filters=(4, 8), frames=3)
        return build_network(config, "contrastive", background_sounds=2, seed=1)

    return build


def _answers(network: AvcNetwork, image: np.ndarray, audio: np.ndarray) -> list[np.ndarray]:
    called = network({"image": image, "audio": audio})
    parts = (network.score, network.heatmap, network.embed_image, network.embed_audio)
    answers = [*called.values(), *(part(image, audio) for part in parts[:2])]
    answers += [parts[2](image), parts[3](audio)]
    return [keras.ops.convert_to_numpy(answer) for answer in answers]


@pytest.mark.parametrize("name", NAMES)
def test_a_trained_network_is_loaded_as_it_was(name, make, random_media, tmp_path):
    network = make(name)
    image, audio = random_media(network.config, 4)
    network.compile(keras.optimizers.AdamW(0.01), jit_compile=False)
    network.train_on_batch({"image": image, "audio": audio, "group": np.arange(4)})
    network.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    assert type(loaded) is type(network) and loaded.get_config() == network.get_config()
    assert (loaded.config, loaded.objective) == (network.config, network.objective)
    wanted = network.get_weights() + [value.numpy() for value in network.optimizer.variables]
    got = loaded.get_weights() + [value.numpy() for value in loaded.optimizer.variables]
    wanted += _answers(network, image, audio)
    got += _answers(loaded, image, audio)
    for there, here in zip(wanted, got, strict=True):
        np.testing.assert_array_equal(there, here)


@pytest.mark.parametrize("name", NAMES)
def test_half_precision_is_kept(name, make, random_media, tmp_path):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        network = make(name)
    finally:
        keras.config.set_dtype_policy("float32")
    network.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    assert loaded.image_tower.layers[0].compute_dtype == "bfloat16"
    media = random_media(network.config, 4)
    for there, here in zip(_answers(network, *media), _answers(loaded, *media), strict=True):
        np.testing.assert_array_equal(there, here)


_LOAD = """
import sys
import keras
import numpy as np
import objects_that_sound.models.networks.factory
folder = sys.argv[1]
media = np.load(f"{folder}/media.npz")
for name in sys.argv[2:]:
    network = keras.saving.load_model(f"{folder}/{name}.keras")
    np.save(f"{folder}/{name}.npy", network.heatmap(media["image"], media["audio"]))
"""


def test_a_fresh_process_loads_them(make, random_media, tmp_path):
    networks = {name: make(name) for name in NAMES}
    image, audio = random_media(networks["ave"].config, 4)
    np.savez(tmp_path / "media.npz", image=image, audio=audio)
    for name, network in networks.items():
        network.save(tmp_path / f"{name}.keras")
    subprocess.run([sys.executable, "-c", _LOAD, str(tmp_path), *NAMES], check=True)
    for name, network in networks.items():
        wanted = keras.ops.convert_to_numpy(network.heatmap(image, audio))
        np.testing.assert_allclose(np.load(tmp_path / f"{name}.npy"), wanted, atol=1e-6)


def test_every_layer_is_built_again_from_its_configuration(make):
    for name in NAMES:
        for layer in make(name)._flatten_layers(include_self=False):
            again = keras.saving.deserialize_keras_object(
                keras.saving.serialize_keras_object(layer)
            )
            assert again.get_config() == layer.get_config()
