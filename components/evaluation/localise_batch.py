"""Localises sounds in pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from objects_that_sound.components.evaluation.model import Model

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
        # In a batch of many shapes, maps are filled up beyond the picture's lower and right edge.
        ends = np.maximum(answer["crop_box"][2:], 1.0)
        rows, columns = np.round(answer["heatmap"].shape / ends).astype(int)
        answer["heatmap"] = answer["heatmap"][:rows, :columns]
        answer["crop_box"] = np.minimum(answer["crop_box"], 1.0)
    return answers
