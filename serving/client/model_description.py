"""What a client must know of a model to make requests."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class ModelDescription:
    """The answer of the `describe` signature.

    Attributes:
        sample_rate: of the sounds it takes, in Hz.
        image_size: short side that images are scaled to, in pixels.
        embedding_size: numbers in an embedding.
        frames: that an image is made of, in order and 0.04 s apart, the sound centred on the middle
            one.
        map_threshold: value that a heat map reaches where something makes the sound, in all
            pictures alike; an even probability where the model does not say.
    """

    sample_rate: int
    image_size: int
    embedding_size: int
    frames: int = 1
    map_threshold: float = 0.5
