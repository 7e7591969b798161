"""The network's Keras weights, kept beside the SavedModel to train on from."""

from __future__ import annotations

import dataclasses
import json
import os
import tempfile

import tensorflow as tf

from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.networks.avc_network import AvcNetwork

_FOLDER = "Format-Keras"  # beside TFX's Format-Serving, which alone is pushed and served
_CONFIG = "network.json"
_WEIGHTS = "network.weights.h5"


def save_keras_weights(network: AvcNetwork, serving_model_dir: str) -> None:
    """Writes configuration and weights beside a SavedModel of the same Model artifact.

    Args:
        network: trained.
        serving_model_dir: folder of the SavedModel.
    """
    folder = _folder(serving_model_dir)
    tf.io.gfile.makedirs(folder)
    with tempfile.TemporaryDirectory() as local:  # HDF5 writes to local files only
        path = os.path.join(local, _WEIGHTS)
        network.save_weights(path)
        tf.io.gfile.copy(path, os.path.join(folder, _WEIGHTS), overwrite=True)
    with tf.io.gfile.GFile(os.path.join(folder, _CONFIG), "w") as file:
        json.dump(dataclasses.asdict(network.config), file, indent=1)


def load_keras_weights(network: AvcNetwork, serving_model_dir: str) -> None:
    """Gives a network the weights that `save_keras_weights` wrote.

    Args:
        network: built.
        serving_model_dir: folder of the SavedModel that they lie beside.

    Raises:
        FileNotFoundError: there are none beside it.
        ValueError: they are of a network with another configuration; says in what it differs.
    """
    try:
        there = dataclasses.asdict(read_network_config(serving_model_dir))
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"{serving_model_dir} can't be trained on: {error}; train without --warm-start"
        ) from error
    here = dataclasses.asdict(network.config)
    if there != here:
        differences = ", ".join(
            f"{name} is {there[name]!r} there and {here[name]!r} here"
            for name in here
            if there[name] != here[name]
        )
        raise ValueError(
            f"{serving_model_dir} is of another network: {differences}; train without --warm-start"
        )
    with tempfile.TemporaryDirectory() as local:
        path = os.path.join(local, _WEIGHTS)
        tf.io.gfile.copy(os.path.join(_folder(serving_model_dir), _WEIGHTS), path)
        network.load_weights(path)


def read_network_config(serving_model_dir: str) -> NetworkConfig:
    """Reads the configuration that `save_keras_weights` wrote.

    Args:
        serving_model_dir: folder of the SavedModel that it lies beside.

    Raises:
        FileNotFoundError: there is none.
    """
    folder = _folder(serving_model_dir)
    path = os.path.join(folder, _CONFIG)
    if not tf.io.gfile.exists(path):
        raise FileNotFoundError(f"there are no Keras weights at {folder}")
    with tf.io.gfile.GFile(path) as file:
        return NetworkConfig.from_dict(json.load(file))


def _folder(serving_model_dir: str) -> str:
    return os.path.join(os.path.dirname(serving_model_dir.rstrip("/")), _FOLDER)
