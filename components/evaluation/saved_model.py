"""Calls the signatures of a trained model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf

from components.evaluation.saved_model_path import saved_model_path


class SavedModel:
    """A trained model, known by its signatures only."""

    def __init__(self, path: str):
        """Loads the model.

        Args:
            path: see `saved_model_path`.

        Raises:
            OSError: there is no SavedModel.
        """
        self._path = saved_model_path(path)
        self._model = tf.saved_model.load(self._path)

    def call(self, signature: str, inputs: Mapping[str, Sequence[bytes]]) -> dict[str, np.ndarray]:
        """Calls a signature on one batch.

        Args:
            signature: its name, e.g. `embed_image`.
            inputs: by input name, bytes[batch].

        Returns:
            By output name, an array whose first axis is the batch.

        Raises:
            ValueError: the model has no such signature.
        """
        if signature not in self._model.signatures:
            raise ValueError(
                f"the SavedModel in {self._path} has no signature {signature!r}, only "
                f"{sorted(self._model.signatures)}"
            )
        tensors = {name: tf.constant(list(values), tf.string) for name, values in inputs.items()}
        outputs = self._model.signatures[signature](**tensors)
        return {name: output.numpy() for name, output in outputs.items()}
