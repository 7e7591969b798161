"""What all layers of random variations share."""

from __future__ import annotations

from typing import Any

import keras


class RandomLayer(keras.layers.Layer):
    """A layer that has random numbers of its own, and keeps the shape of its input in inference.

    Args:
        seed: of the random numbers; others in each process if missing.
        kwargs: arguments of keras.layers.Layer.
    """

    def __init__(self, seed: int | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def compute_output_shape(self, input_shape):
        """The shape is kept."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """The arguments to build this layer again."""
        return super().get_config() | {"seed": self.seed}
