"""Compares statistics with TFDV's comparators."""

from __future__ import annotations

import tensorflow_data_validation as tfdv
from tensorflow_metadata.proto.v0 import anomalies_pb2, schema_pb2, statistics_pb2

from objects_that_sound.components.drift_validator.comparison import DRIFT, Comparison
from objects_that_sound.components.drift_validator.divergence_limits import (
    DivergenceLimits,
    SampleSize,
)
from objects_that_sound.components.span_statistics.feature_names import FEATURES, SCALARS
from objects_that_sound.components.span_statistics.feature_values import EMBEDDED_GROUP, GROUP


def compare_statistics(
    kind: str,
    statistics: statistics_pb2.DatasetFeatureStatisticsList,
    baseline: statistics_pb2.DatasetFeatureStatisticsList,
    limits: DivergenceLimits,
) -> tuple[list[Comparison], anomalies_pb2.Anomalies]:
    """Compares all features that both have.

    Args:
        kind: DRIFT or SKEW, which TFDV calls its comparators by.
        statistics: of SpanStatistics.
        baseline: likewise.
        limits: how much the distributions may differ.

    Returns:
        A comparison a feature, and what TFDV makes of them.

    Raises:
        RuntimeError: TFDV did not measure one.
    """
    sizes, baseline_sizes = _sizes(statistics), _sizes(baseline)
    schema = schema_pb2.Schema()
    for name in (GROUP, EMBEDDED_GROUP):
        schema.feature.add(name=name, type=schema_pb2.BYTES)
    allowed = {}
    for name in FEATURES:
        feature = schema.feature.add(name=name, type=schema_pb2.FLOAT)
        if name in sizes and name in baseline_sizes:
            allowed[name] = limits.allowed(name, sizes[name], baseline_sizes[name])
            comparator = feature.drift_comparator if kind == DRIFT else feature.skew_comparator
            comparator.jensen_shannon_divergence.threshold = min(1.0, allowed[name])
    other = "previous_statistics" if kind == DRIFT else "serving_statistics"
    anomalies = tfdv.validate_statistics(statistics, schema, **{other: baseline})
    measured = {}
    for info in anomalies.drift_skew_info:
        found = info.drift_measurements if kind == DRIFT else info.skew_measurements
        measured[info.path.step[0]] = found[0].value
    if missing := sorted(set(allowed) - set(measured)):
        raise RuntimeError(f"TFDV did not compare {', '.join(missing)}")
    comparisons = [
        Comparison(kind, name, measured[name], allowed[name], sizes[name], baseline_sizes[name])
        for name in allowed
    ]
    return comparisons, anomalies


def _sizes(statistics: statistics_pb2.DatasetFeatureStatisticsList) -> dict[str, SampleSize]:
    """Of every feature that has values."""
    [dataset] = statistics.datasets
    features = {feature.path.step[0]: feature for feature in dataset.features}
    sizes = {}
    for name in FEATURES:
        count = features[name].num_stats.common_stats.num_non_missing if name in features else 0
        if count:
            group = GROUP if name in SCALARS else EMBEDDED_GROUP
            sizes[name] = SampleSize(count, features[group].string_stats.unique)
    return sizes
