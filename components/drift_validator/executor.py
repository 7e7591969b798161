"""The work of DriftValidator."""

from __future__ import annotations

import os
from typing import Any

from absl import logging
from tensorflow_metadata.proto.v0 import statistics_pb2
from tfx import types
from tfx.components.example_validator.executor import DEFAULT_FILE_NAME
from tfx.dsl.components.base import base_executor
from tfx.dsl.io import fileio
from tfx.types import artifact_utils
from tfx.utils import io_utils

from objects_that_sound.components.drift_validator.compare_statistics import compare_statistics
from objects_that_sound.components.drift_validator.comparison import (
    DRIFT,
    SKEW,
    Comparison,
    write_comparisons,
)
from objects_that_sound.components.drift_validator.divergence_limits import DivergenceLimits
from objects_that_sound.components.drift_validator.plots import distributions
from objects_that_sound.components.drift_validator.write_page import write_page
from objects_that_sound.components.evaluation.write_figure import write_figure
from objects_that_sound.components.span_statistics.executor import (
    ALL,
    SPAN_PROPERTY,
    STATISTICS_FILE,
)

COMPARISONS_FILE = "comparisons.json"
"""In the folder of the anomalies: every comparison."""
BLESSED_PROPERTY = "blessed"


class Executor(base_executor.BaseExecutor):
    """Compares, and writes what came of it."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Compares a span with the earlier ones and its splits with each other.

        Args:
            input_dict: `statistics` and `baseline_statistics`, one artifact of type
                ExampleStatistics each.
            output_dict: `anomalies`, one artifact of type ExampleAnomalies.
            exec_properties: `limits`, JSON of DivergenceLimits.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        anomalies = artifact_utils.get_single_instance(output_dict["anomalies"])
        statistics = artifact_utils.get_single_instance(input_dict["statistics"])
        baseline = artifact_utils.get_single_instance(input_dict["baseline_statistics"])
        limits = DivergenceLimits.from_json(exec_properties["limits"])
        span = statistics.get_int_custom_property(SPAN_PROPERTY)
        pairs = {}
        if artifact_utils.decode_split_names(baseline.split_names or "[]"):
            earlier = f"span {baseline.get_int_custom_property(SPAN_PROPERTY)}"
            pairs[DRIFT] = [(f"span {span}", statistics, ALL), (earlier, baseline, ALL)]
        pairs[SKEW] = [("train", statistics, "train"), ("eval", statistics, "eval")]
        anomalies.split_names = artifact_utils.encode_split_names(list(pairs))

        comparisons: list[Comparison] = []
        pictures = {}
        for kind, pair in pairs.items():
            named = [(name, _load(artifact, split)) for name, artifact, split in pair]
            found, diff = compare_statistics(kind, named[0][1], named[1][1], limits)
            folder = artifact_utils.get_split_uri([anomalies], kind)
            io_utils.write_bytes_file(
                os.path.join(folder, DEFAULT_FILE_NAME), diff.SerializeToString()
            )
            pictures[kind] = os.path.join(anomalies.uri, f"{kind}.png")
            write_figure(pictures[kind], distributions(found, named))
            comparisons += found
        passed = all(one.passed for one in comparisons)
        io_utils.write_string_file(
            os.path.join(anomalies.uri, COMPARISONS_FILE), write_comparisons(comparisons)
        )
        write_page(anomalies.uri, f"The videos of span {span}", comparisons, pictures)
        anomalies.set_int_custom_property(BLESSED_PROPERTY, int(passed))
        logging.info("Span %d: %s", span, "; ".join(one.text for one in comparisons))


def _load(artifact: types.Artifact, split: str) -> statistics_pb2.DatasetFeatureStatisticsList:
    path = os.path.join(artifact_utils.get_split_uri([artifact], split), STATISTICS_FILE)
    with fileio.open(path, "rb") as file:
        return statistics_pb2.DatasetFeatureStatisticsList.FromString(file.read())
