"""The work of BlessedModelPusher."""

from __future__ import annotations

import os
from typing import Any

from absl import logging
from tfx import types
from tfx.components.util import model_utils
from tfx.dsl.components.base import base_executor
from tfx.types import artifact_utils

from objects_that_sound.components.blessed_models import add_model


class Executor(base_executor.BaseExecutor):
    """Copies the model if it is blessed."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Adds a version to the folder.

        Args:
            input_dict: `model` and `model_blessing`, one artifact each.
            output_dict: `pushed_model`, one artifact of type PushedModel.
            exec_properties: `folder`.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        pushed = artifact_utils.get_single_instance(output_dict["pushed_model"])
        blessing = artifact_utils.get_single_instance(input_dict["model_blessing"])
        if not model_utils.is_model_blessed(blessing):
            pushed.set_int_custom_property("pushed", 0)
            logging.info("Not blessed, not kept: %s", blessing.uri)
            return
        folder = exec_properties["folder"]
        version = add_model(folder, artifact_utils.get_single_instance(input_dict["model"]))
        pushed.set_int_custom_property("pushed", 1)
        pushed.set_string_custom_property("pushed_destination", os.path.join(folder, version))
        pushed.set_string_custom_property("pushed_version", version)
