"""The work of SearchIndexer."""

from __future__ import annotations

import json
import os
from typing import Any

from absl import logging
from tfx import types
from tfx.dsl.components.base import base_beam_executor
from tfx.dsl.io import fileio
from tfx.types import artifact_utils
from tfx.utils import path_utils

from objects_that_sound.components.evaluation.read_examples import split_pattern
from objects_that_sound.components.evaluation.saved_model_path import saved_model_path
from objects_that_sound.components.search_indexer.build_index import build_index

ITEMS_PROPERTY = "num_items"
"""Custom property of the index: how many items it has."""


class Executor(base_beam_executor.BaseBeamExecutor):
    """Embeds splits of examples on Beam and writes the index."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Writes the index.

        Args:
            input_dict: `examples`, artifacts of type Examples, `model`, one of type Model, and
                perhaps `model_blessing`, one of type ModelBlessing.
            output_dict: `index`, one artifact of type Model.
            exec_properties: `splits` (JSON), `dtype`, `thumbnail_size` and `batch_size`.

        Raises:
            ValueError: there are no examples, or an embedding is not finite.
            ExportError: the index's answers are not what they should be.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        index = artifact_utils.get_single_instance(output_dict["index"])
        blessings = input_dict.get("model_blessing")
        if blessings and not blessings[0].get_int_custom_property("blessed"):
            logging.info("SearchIndexer: the model is not blessed, so there is nothing to index")
            index.set_int_custom_property(ITEMS_PROPERTY, 0)
            return
        count = build_index(
            path_utils.serving_model_dir(index.uri),
            example_files(
                input_dict["examples"], json.loads(exec_properties.get("splits") or "[]")
            ),
            saved_model_path(artifact_utils.get_single_uri(input_dict["model"])),
            work_folder=os.path.join(index.uri, ".embedded"),
            pipeline=self._make_beam_pipeline(),
            dtype=exec_properties["dtype"],
            thumbnail_size=exec_properties["thumbnail_size"],
            batch_size=exec_properties["batch_size"],
        )
        index.set_int_custom_property(ITEMS_PROPERTY, count)


def example_files(artifacts: list[types.Artifact], splits: list[str]) -> list[str]:
    """The files of the splits, of all that there are if none is named."""
    found = []
    for artifact in artifacts:
        for split in splits or artifact_utils.decode_split_names(artifact.split_names):
            found += sorted(fileio.glob(split_pattern(artifact.uri, split)))
    return found
