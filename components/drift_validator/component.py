"""DriftValidator: whether a span's examples are distributed as the earlier ones were."""

import os

from absl import logging
from tfx.types import artifact_utils
from tfx.v1.dsl.components import InputArtifact, OutputArtifact, Parameter, component
from tfx.v1.types.standard_artifacts import ExampleAnomalies, ExampleStatistics

from objects_that_sound.components.drift_validator.compare_pairs import compare_pairs
from objects_that_sound.components.drift_validator.comparison import DRIFT, SKEW
from objects_that_sound.components.drift_validator.divergence_limits import DivergenceLimits
from objects_that_sound.components.span_statistics.executor import (
    ALL,
    SPAN_PROPERTY,
    STATISTICS_FILE,
)


@component
def DriftValidator(
    statistics: InputArtifact[ExampleStatistics],
    baseline_statistics: InputArtifact[ExampleStatistics],
    anomalies: OutputArtifact[ExampleAnomalies],
    limits: Parameter[str],
):
    """Compares a span with earlier ones (drift), and its splits with each other (skew), by TFDV.

    The measure is TFDV's Jensen-Shannon divergence of histograms, from 0 (the same) to 1 (nothing in
    common). How much of it is allowed depends on how many groups of videos there are, see
    `DivergenceLimits`: what TFX's own DistributionValidator, whose thresholds are fixed before the
    examples are there, can't do.

    Args:
        statistics: ExampleStatistics of the span, by SpanStatistics.
        baseline_statistics: ExampleStatistics of the earlier spans; of no split if there are none.
        anomalies: ExampleAnomalies with the splits `drift` and `skew`; see `compare_pairs`. Finding
            some is no failure; the custom property `blessed` tells.
        limits: JSON of DivergenceLimits: how much the distributions may differ.
    """

    def of(artifact: ExampleStatistics, split: str) -> str:
        return os.path.join(artifact_utils.get_split_uri([artifact], split), STATISTICS_FILE)

    span = statistics.get_int_custom_property(SPAN_PROPERTY)
    pairs = {}
    if artifact_utils.decode_split_names(baseline_statistics.split_names or "[]"):
        earlier = baseline_statistics.get_int_custom_property(SPAN_PROPERTY)
        pairs[DRIFT] = {
            f"span {span}": of(statistics, ALL),
            f"span {earlier}": of(baseline_statistics, ALL),
        }
    pairs[SKEW] = {split: of(statistics, split) for split in ("train", "eval")}
    comparisons = compare_pairs(
        pairs, DivergenceLimits.from_json(limits), anomalies.uri, f"The videos of span {span}"
    )
    anomalies.split_names = artifact_utils.encode_split_names(list(pairs))
    anomalies.set_int_custom_property("blessed", int(all(one.passed for one in comparisons)))
    logging.info("Span %d: %s", span, "; ".join(one.text for one in comparisons))
