"""The artifact type that the evaluators of this project write."""

from __future__ import annotations

from tfx.types import artifact

from objects_that_sound.components.evaluation.evaluation_result import ARTIFACT_TYPE


class Evaluation(artifact.Artifact):
    """A folder holding `metrics.json` and, beside it, the pictures and sounds of the report."""

    TYPE_NAME = ARTIFACT_TYPE
