"""Localises sounds in pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from objects_that_sound.components.evaluation.model import Model
from objects_that_sound.serving.client.localisation import inside_of_image

Map = dict[str, np.ndarray]
"""What the signature `localise` returns for one picture, without cells beyond the picture."""


def localise_batch(
    model: Model, images: Sequence[bytes | Sequence[bytes]], sounds: Sequence[bytes]
) -> list[Map]:
    """Localises a batch, in one call of the model.

    Args:
        model: with the signature `localise`.
        images: a file for each picture, or where the model looks at several frames, those of all.
        sounds: one second of PCM for each.
    """
    outputs = model.call("localise", {"image": images, "audio": sounds})
    answers = [
        {name: values[row] for name, values in outputs.items()} for row in range(len(images))
    ]
    for answer in answers:
        inside, box = inside_of_image(answer["heatmap"], answer["crop_box"])
        answer |= {"heatmap": inside, "crop_box": box}
    return answers
