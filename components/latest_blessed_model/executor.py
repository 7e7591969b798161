"""The work of LatestBlessedModel."""

from __future__ import annotations

from typing import Any

from absl import logging
from tfx import types
from tfx.dsl.components.base import base_executor
from tfx.types import artifact_utils

from objects_that_sound.components.blessed_models import latest_version, read_model


class Executor(base_executor.BaseExecutor):
    """Copies the model that was blessed last."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Looks into the folder.

        Args:
            input_dict: nothing.
            output_dict: `model`, one artifact of type Model.
            exec_properties: `folder` and perhaps `version`.

        Raises:
            FileNotFoundError: there is no such version.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        folder = exec_properties["folder"]
        version = exec_properties.get("version") or latest_version(folder)
        model = artifact_utils.get_single_instance(output_dict["model"])
        read_model(folder, version, model)
        model.set_string_custom_property("blessed_version", version)
        logging.info("Latest blessed model in %s: %s", folder, version)
