"""Calls the signatures of a trained model."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf

from objects_that_sound.components.evaluation.saved_model_path import saved_model_path
from objects_that_sound.components.literal_path import check_literal_path
from objects_that_sound.models.load_saved_model import load_saved_model


class SavedModel:
    """A trained model, known by its signatures only.

    Attributes:
        folder: the one that holds `saved_model.pb`.
    """

    def __init__(self, path: str):
        """Loads the model.

        Args:
            path: see `saved_model_path`.

        Raises:
            FileNotFoundError: there is no SavedModel, or TensorFlow would not find its variables for
                the folder's name.
            OSError: it is damaged.
        """
        self.folder = saved_model_path(path)
        try:
            check_literal_path(self.folder, "the model")
        except ValueError as error:
            raise FileNotFoundError(str(error)) from error
        self._model = load_saved_model(self.folder)

    @property
    def signatures(self) -> frozenset[str]:
        """Names of the signatures it has."""
        return frozenset(self._model.signatures)

    @property
    def frames(self) -> int:
        """How many frames its `image` is made of; 1 where it does not say."""
        return int(self._description.get("frames", [1])[0])

    @property
    def sample_rate(self) -> int | None:
        """The rate of the sounds that it hears, in Hz; None where it does not say."""
        rate = self._description.get("sample_rate")
        return None if rate is None else int(rate[0])

    @property
    def seen_share(self) -> float:
        """Share of a picture's short side that it scores and embeds; 1 where it does not say."""
        if "crop_size" not in self._description:
            return 1.0
        return float(self._description["crop_size"][0] / self._description["image_size"][0])

    @property
    def map_threshold(self) -> float | None:
        """Value that its heat maps reach where something sounds; None where it does not say."""
        threshold = self._description.get("map_threshold")
        return None if threshold is None else float(threshold[0])

    @functools.cached_property
    def _description(self) -> dict[str, np.ndarray]:
        if "describe" not in self.signatures:
            return {}
        return self.call("describe", {"query": [b""]})

    def call(
        self,
        signature: str,
        inputs: Mapping[str, Sequence[bytes | Sequence[bytes]] | np.ndarray],
    ) -> dict[str, np.ndarray]:
        """Calls a signature on one batch.

        Args:
            signature: its name, e.g. `embed_image`.
            inputs: by input name, bytes[batch]; of an image of several frames, bytes[batch][frames];
                or an array of numbers.

        Returns:
            By output name, an array whose first axis is the batch.

        Raises:
            ValueError: the model has no such signature.
        """
        if signature not in self.signatures:
            raise ValueError(
                f"the SavedModel in {self.folder} has no signature {signature!r}, only "
                f"{sorted(self.signatures)}"
            )
        tensors = {
            name: tf.constant(values)
            if isinstance(values, np.ndarray)
            else tf.constant(list(values), tf.string)
            for name, values in inputs.items()
        }
        outputs = self._model.signatures[signature](**tensors)
        return {name: output.numpy() for name, output in outputs.items()}
