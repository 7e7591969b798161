"""The work of AvcPairGen."""

from __future__ import annotations

import json
import os
from typing import Any

import apache_beam as beam
from tfx import types
from tfx.components.util import examples_utils
from tfx.dsl.components.base import base_beam_executor
from tfx.dsl.io import fileio
from tfx.proto import example_gen_pb2
from tfx.types import artifact_utils
from tfx.utils import io_utils

from objects_that_sound.components.avc_pair_gen.make_pairs import MakePairs

PAIRS_FILE = "pairs.json"
"""Beside the pairs: how many there are, and chance and ceiling of the accuracy on them."""


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
        split_folder = artifact_utils.get_split_uri([pairs], split)
        fileio.makedirs(split_folder)

        counts_file = os.path.join(pairs.uri, PAIRS_FILE)
        with self._make_beam_pipeline() as pipeline:
            sources = [
                pipeline | f"Read[{i}]" >> beam.io.ReadFromTFRecord(io_utils.all_files_pattern(uri))
                for i, uri in enumerate(
                    artifact_utils.get_split_uris(input_dict["examples"], split)
                )
            ]
            _ = (
                sources
                | beam.Flatten()
                | MakePairs(exec_properties["seed"], split_folder, counts_file)
            )

        with fileio.open(counts_file) as file:
            counts = json.load(file)
        pairs.set_int_custom_property("num_pairs", counts["num_pairs"])
        pairs.set_float_custom_property("chance", counts["chance"])
        if counts["ceiling"] is not None:
            pairs.set_float_custom_property("ceiling", counts["ceiling"])
