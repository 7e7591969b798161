"""Embeds the frames and sounds of examples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from objects_that_sound.components.evaluation import example_fields
from objects_that_sound.components.evaluation.model import Model
from objects_that_sound.models import examples as contract


class Embeddings(NamedTuple):
    """Vectors of a batch of examples.

    Attributes:
        image: float32 [batch, d], of the frames.
        audio: float32 [batch, d], of the sounds.
    """

    image: np.ndarray
    audio: np.ndarray


def embed_batch(model: Model, examples: Sequence[dict[str, list]]) -> Embeddings:
    """Embeds a batch, in one call of the model for the frames and one for the sounds.

    Args:
        model: with signatures `embed_image` and `embed_audio`.
        examples: of `models.examples.read_example`.

    Raises:
        ValueError: an embedding is not finite, or an example has not the frames that the model
            looks at.
    """
    images = [example_fields.image_input(example, model.frames) for example in examples]
    sounds = [example[contract.AUDIO][0] for example in examples]
    embeddings = Embeddings(
        model.call("embed_image", {"image": images})["embedding"],
        model.call("embed_audio", {"audio": sounds})["embedding"],
    )
    for name, vectors in embeddings._asdict().items():
        if not np.isfinite(vectors).all():
            raise ValueError(
                f"the model's {name} embeddings hold NaN or infinity: its training diverged"
            )
    return embeddings
