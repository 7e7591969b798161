"""An example's values of the features by which spans are compared."""

from __future__ import annotations

import numpy as np

from objects_that_sound.components.span_statistics.described_example import DescribedExample
from objects_that_sound.components.span_statistics.embedding_basis import EmbeddingBasis
from objects_that_sound.components.span_statistics.feature_names import (
    AGREEMENT,
    BRIGHTNESS,
    EMBEDDED,
    LOUDNESS,
    component_name,
    rest_name,
)
from objects_that_sound.models import examples as contract

GROUP = contract.VIDEO_GROUP
"""Statistics have it for its number of values: how many groups of videos there are."""
EMBEDDED_GROUP = "embedding/group"
"""Likewise, of the examples that have embeddings."""


def feature_values(
    example: DescribedExample, basis: EmbeddingBasis | None
) -> dict[str, float | str]:
    """The values of an example.

    Args:
        example: with embeddings, or without.
        basis: of all embeddings; None where there is no model.

    Returns:
        By name; what an example has no value of is left out.
    """
    values: dict[str, float | str] = {
        GROUP: example.group,
        BRIGHTNESS: example.brightness,
        LOUDNESS: example.loudness,
    }
    if basis is None or example.image is None or example.audio is None:
        return values
    values[EMBEDDED_GROUP] = example.group
    embedded = zip(EMBEDDED, (example.image, example.audio), basis, strict=True)
    for name, vector, axes in embedded:
        along, rest = axes.project(vector)
        for number, value in enumerate(along, start=1):
            values[component_name(name, number)] = float(value)
        values[rest_name(name)] = rest
    if example.image.shape == example.audio.shape:
        norms = np.linalg.norm(example.image) * np.linalg.norm(example.audio)
        values[AGREEMENT] = float(example.image @ example.audio / max(norms, 1e-12))
    return values
