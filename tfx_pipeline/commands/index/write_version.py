"""Writing an index for a model server."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tfx import types


def write_version(
    output: str,
    folder: str,
    model: str,
    collection: types.Artifact,
    splits: Sequence[str],
    dtype: str,
    thumbnail_size: int,
    batch_size: int,
) -> tuple[dict[str, Any], str]:
    """Writes the index as a SavedModel; returns what it holds, for programs and in words."""
    from tfx.types import standard_artifacts
    from tfx.utils import path_utils

    from objects_that_sound.components.beam_options import local_beam_pipeline_args
    from objects_that_sound.components.next_version import next_version
    from objects_that_sound.components.search_indexer.executor import ITEMS_PROPERTY, Executor

    index, trained = standard_artifacts.Model(), standard_artifacts.Model()
    index.uri, trained.uri = os.path.join(folder, "index"), model
    Executor(Executor.Context(beam_pipeline_args=local_beam_pipeline_args())).Do(
        {"examples": [collection], "model": [trained]},
        {"index": [index]},
        {
            "splits": json.dumps(splits),
            "dtype": dtype,
            "thumbnail_size": thumbnail_size,
            "batch_size": batch_size,
        },
    )
    version = os.path.join(output, next_version(output))
    os.rename(path_utils.serving_model_dir(index.uri), version)
    count = index.get_int_custom_property(ITEMS_PROPERTY)
    return {"index": version, "moments": count}, f"{version}: {count} frames and their sounds"
