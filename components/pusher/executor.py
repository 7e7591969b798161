"""The work of Pusher."""

from __future__ import annotations

import contextlib
import os
from typing import Any

from absl import logging
from tfx import types
from tfx.components.pusher import executor
from tfx.dsl.io import fileio
from tfx.proto import pusher_pb2
from tfx.types import artifact_utils, standard_component_specs
from tfx.utils import io_utils, proto_utils

from objects_that_sound.components.next_version import next_version

_LAST = "saved_model.pb"  # model servers take a version for whole once it is there


class Executor(executor.Executor):
    """Pushes to a folder as TFX's executor does, but for the version.

    That one's is the time, whatever is there: a server goes on with a version that is higher, and what is
    pushed as one that is there already is lost.
    """

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Pushes a blessed model.

        Args:
            input_dict: `model`, `model_blessing` and `infra_blessing`.
            output_dict: `pushed_model`; gets a copy, and the custom properties `pushed`,
                `pushed_destination` and `pushed_version`.
            exec_properties: `push_destination`, JSON of a PushDestination that has `filesystem`.

        Raises:
            ValueError: there can be no higher version.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        pushed = artifact_utils.get_single_instance(
            output_dict[standard_component_specs.PUSHED_MODEL_KEY]
        )
        if not self.CheckBlessing(input_dict):
            self._MarkNotPushed(pushed)
            return
        destination = pusher_pb2.PushDestination()
        proto_utils.json_to_proto(
            exec_properties[standard_component_specs.PUSH_DESTINATION_KEY], destination
        )
        model = self.GetModelPath(input_dict)
        version = next_version(destination.filesystem.base_directory)
        path = os.path.join(destination.filesystem.base_directory, version)
        io_utils.copy_dir(model, pushed.uri)  # first: what is served is on record
        try:
            io_utils.copy_dir(model, path, deny_regex_patterns=[_LAST.replace(".", r"\.")])
            io_utils.copy_file(os.path.join(model, _LAST), os.path.join(path, _LAST))
        except BaseException:
            # A model server would try again and again to load a part of a version.
            with contextlib.suppress(Exception):  # the first error tells more
                fileio.rmtree(path)
            raise
        self._MarkPushed(pushed, pushed_destination=path, pushed_version=version)
        logging.info("Pushed %s", path)
