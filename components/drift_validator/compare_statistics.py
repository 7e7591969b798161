"""Compares statistics with TFDV's comparators."""

from __future__ import annotations

import tensorflow_data_validation as tfdv
from tensorflow_metadata.proto.v0 import anomalies_pb2, schema_pb2, statistics_pb2

from components.drift_validator.comparison import DRIFT, Comparison
from components.drift_validator.divergence_limits import DivergenceLimits
from components.span_statistics.feature_names import FEATURES, SCALARS
from components.span_statistics.feature_values import EMBEDDED_GROUP, GROUP


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
    counts, baseline_counts = _groups(statistics), _groups(baseline)
    there = _with_values(statistics) & _with_values(baseline)
    schema = schema_pb2.Schema()
    for name in (GROUP, EMBEDDED_GROUP):
        schema.feature.add(name=name, type=schema_pb2.BYTES)
    numbers: dict[str, tuple[float, int, int]] = {}
    for name in FEATURES:
        feature = schema.feature.add(name=name, type=schema_pb2.FLOAT)
        if name in there:
            group = GROUP if name in SCALARS else EMBEDDED_GROUP
            groups = counts.get(group, 0), baseline_counts.get(group, 0)
            numbers[name] = (limits.allowed(name, *groups), *groups)
            comparator = feature.drift_comparator if kind == DRIFT else feature.skew_comparator
            comparator.jensen_shannon_divergence.threshold = min(1.0, numbers[name][0])
    other = "previous_statistics" if kind == DRIFT else "serving_statistics"
    anomalies = tfdv.validate_statistics(statistics, schema, **{other: baseline})
    measured = {}
    for info in anomalies.drift_skew_info:
        found = info.drift_measurements if kind == DRIFT else info.skew_measurements
        measured[info.path.step[0]] = found[0].value
    missing = sorted(set(numbers) - set(measured))
    if missing:
        raise RuntimeError(f"TFDV did not compare {', '.join(missing)}")
    return [Comparison(kind, name, measured[name], *numbers[name]) for name in numbers], anomalies


def _groups(statistics: statistics_pb2.DatasetFeatureStatisticsList) -> dict[str, int]:
    [dataset] = statistics.datasets
    return {
        feature.path.step[0]: feature.string_stats.unique
        for feature in dataset.features
        if feature.path.step[0] in (GROUP, EMBEDDED_GROUP)
    }


def _with_values(statistics: statistics_pb2.DatasetFeatureStatisticsList) -> set[str]:
    [dataset] = statistics.datasets
    return {
        feature.path.step[0]
        for feature in dataset.features
        if feature.num_stats.common_stats.num_non_missing
    }
