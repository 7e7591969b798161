"""The features by which spans are compared. Imports little: the command line reads it."""

from __future__ import annotations

from collections.abc import Mapping

BRIGHTNESS = "image/brightness"
LOUDNESS = "audio/loudness"

COMPONENTS = 3
"""So many principal components of an embedding are compared one by one."""
AGREEMENT = "embedding/agreement"
EMBEDDED = {"embedding/image": "frame", "embedding/audio": "sound"}
"""Beginnings of the names of an embedding's features, and what is embedded."""


def component_name(embedding: str, number: int) -> str:
    """Names the feature of a principal component, from 1 on."""
    return f"{embedding}/{number}"


def rest_name(embedding: str) -> str:
    """Names the feature of the distance from the space of these components."""
    return f"{embedding}/rest"


def _embedding_features() -> dict[str, str]:
    words = {}
    for name, what in EMBEDDED.items():
        for number in range(1, COMPONENTS + 1):
            words[component_name(name, number)] = f"{what}'s embedding, component {number}"
        words[rest_name(name)] = f"{what}'s embedding, rest"
    return words | {AGREEMENT: "agreement of frame and sound"}


SCALARS: Mapping[str, str] = {BRIGHTNESS: "brightness", LOUDNESS: "loudness (dBFS)"}
"""Features that need no model, and their names for people."""

EMBEDDING_FEATURES: Mapping[str, str] = _embedding_features()
"""Features of the embeddings: coordinates along the principal components, the distance from these,
and the cosine of an example's two embeddings."""

FEATURES: Mapping[str, str] = {**SCALARS, **EMBEDDING_FEATURES}
"""All features that are compared, and their names for people."""
