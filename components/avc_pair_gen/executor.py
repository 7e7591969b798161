"""The work of AvcPairGen."""

from __future__ import annotations

from typing import Any

from tfx import types
from tfx.components.util import examples_utils
from tfx.dsl.components.base import base_beam_executor
from tfx.proto import example_gen_pb2
from tfx.types import artifact_utils

from objects_that_sound.components.avc_pair_gen.write_pairs import write_pairs


class Executor(base_beam_executor.BaseBeamExecutor):
    """Writes the pairs of a split."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Makes pairs of a split's examples.

        Args:
            input_dict: `examples`, artifacts of type Examples.
            output_dict: `pairs`, one artifact of type Examples.
            exec_properties: `seed` and `split`.

        Raises:
            ValueError: the split has examples of fewer than two groups.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        split = exec_properties["split"]
        pairs = artifact_utils.get_single_instance(output_dict["pairs"])
        pairs.split_names = artifact_utils.encode_split_names([split])
        examples_utils.set_payload_format(pairs, example_gen_pb2.PayloadFormat.FORMAT_TF_EXAMPLE)
        counts = write_pairs(
            self._make_beam_pipeline(),
            [artifact.uri for artifact in input_dict["examples"]],
            split,
            exec_properties["seed"],
            pairs.uri,
        )
        pairs.set_int_custom_property("num_pairs", counts.num_pairs)
        pairs.set_float_custom_property("chance", counts.chance)
        if counts.ceiling is not None:
            pairs.set_float_custom_property("ceiling", counts.ceiling)
