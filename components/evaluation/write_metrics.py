"""Writes the figures of an evaluator."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping

from tfx.dsl.io import fileio

from objects_that_sound.components.evaluation.artifacts import METRICS_FILE


def write_metrics(uri: str, metrics: Mapping) -> None:
    """Writes `metrics.json` into an `Evaluation` artifact's folder.

    Raises:
        ValueError: a figure is NaN or infinite (which JSON cannot say).
    """
    write_json(os.path.join(uri, METRICS_FILE), metrics)


def write_json(path: str, content: Mapping | list) -> None:
    """Writes a JSON file, and the folders above it where they are missing.

    Raises:
        ValueError: a number is NaN or infinite.
    """
    text = json.dumps(content, indent=2, allow_nan=False) + "\n"
    fileio.makedirs(os.path.dirname(path))
    with fileio.open(path, "w") as file:
        file.write(text)
