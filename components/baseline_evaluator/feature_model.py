"""Features of frames and sounds behind the signatures of a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from objects_that_sound.models import examples as contract

Features = Callable[[Sequence[bytes]], np.ndarray]
"""Maps JPEGs or PCM [batch] to float[batch, n]."""


class FeatureModel:
    """Answers like a trained model, so that the evaluators measure it in the same way."""

    frames = 1

    def __init__(
        self,
        of_images: Features,
        of_sounds: Features,
        decide: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None,
    ):
        """Creates the model.

        Args:
            of_images: features of frames, the vectors that they are compared by.
            of_sounds: likewise of sounds.
            decide: says of features of frames and of sounds, each [pairs, n], which pairs
                correspond, bool[pairs]; None if it cannot.
        """
        self._of_images, self._of_sounds, self._decide = of_images, of_sounds, decide

    def call(self, signature: str, inputs: Mapping[str, Sequence]) -> dict[str, np.ndarray]:
        """Answers `embed_image`, `embed_audio` and `score_examples` as a SavedModel does.

        Raises:
            ValueError: there is no such signature, or it cannot decide.
        """
        if signature == "embed_image":
            return {"embedding": self._of_images(inputs["image"])}
        if signature == "embed_audio":
            return {"embedding": self._of_sounds(inputs["audio"])}
        if signature != "score_examples" or self._decide is None:
            raise ValueError(f"features have no signature {signature!r}")
        pairs = [contract.read_example(one) for one in inputs["examples"]]
        right = self._decide(
            self._of_images([pair[contract.IMAGE][0] for pair in pairs]),
            self._of_sounds([pair[contract.AUDIO][0] for pair in pairs]),
        )
        return {"score": right.astype(float)}
