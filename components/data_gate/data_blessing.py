"""The artifact type that says: train on this span."""

from __future__ import annotations

from tfx.types import artifact

EXAMPLES_ID_PROPERTY = "examples_id"
"""Custom property: id of the Examples artifact that is accepted."""


class DataBlessing(artifact.Artifact):
    """There is one for every accepted span, and none for a refused one.

    Its folder holds `acceptance.json`; its custom properties are `span`, `examples_id`, and
    `overruled`, the number of anomalies that were accepted on demand.
    """

    TYPE_NAME = "ObjectsThatSoundDataBlessing"
