"""A trained model's network before its training."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import tensorflow as tf

from objects_that_sound.components.evaluation.saved_model_path import saved_model_path
from objects_that_sound.models.networks.factory import build_network
from objects_that_sound.models.signatures import ServingSignatures
from objects_that_sound.models.training.keras_weights import read_network_config


class UntrainedModel:
    """Answers the signatures of a model with random weights."""

    def __init__(self, path: str, seed: int):
        """Builds the network.

        Args:
            path: path of the trained model; see `saved_model_path`.
            seed: seed of the weights.

        Raises:
            FileNotFoundError: the network's configuration is not beside the SavedModel.
        """
        config = read_network_config(saved_model_path(path))
        self.frames = config.frames
        self._signatures = ServingSignatures(build_network(config, seed=seed))
        self._function = functools.cache(self._traced)

    def call(
        self, signature: str, inputs: Mapping[str, Sequence[bytes | Sequence[bytes]]]
    ) -> dict[str, np.ndarray]:
        """Calls a signature on one batch; see `SavedModel.call`."""
        tensors = {name: tf.constant(list(values), tf.string) for name, values in inputs.items()}
        outputs = self._function(signature)(**tensors)
        return {name: output.numpy() for name, output in outputs.items()}

    def _traced(self, signature: str) -> Callable[..., dict[str, tf.Tensor]]:
        return tf.function(
            getattr(self._signatures, signature), self._signatures.inputs_of(signature)
        )
