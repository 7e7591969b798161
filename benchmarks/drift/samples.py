"""Draws spans from one collection of described examples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import tensorflow_data_validation as tfdv
from tensorflow_data_validation.statistics import stats_impl
from tensorflow_metadata.proto.v0 import statistics_pb2

from objects_that_sound.components.span_statistics.described_example import DescribedExample
from objects_that_sound.components.span_statistics.embedding_basis import (
    EmbeddingBasis,
    FitEmbeddingBasis,
)
from objects_that_sound.components.span_statistics.record_batch import record_batch

Described = dict[str, list[DescribedExample]]
"""By group of videos, its examples."""


def by_group(examples: Sequence[DescribedExample]) -> Described:
    """Sorts examples by group."""
    groups: Described = {}
    for example in examples:
        groups.setdefault(example.group, []).append(example)
    return groups


def draw(
    rng: np.random.Generator, collection: Described, groups: Sequence[str], each: int
) -> list[DescribedExample]:
    """Draws at most `each` examples of each group."""
    return [
        collection[group][number]
        for group in groups
        for number in rng.permutation(len(collection[group]))[:each]
    ]


def fit_basis(examples: Sequence[DescribedExample]) -> EmbeddingBasis | None:
    """As SpanStatistics does on Beam."""
    fit = FitEmbeddingBasis()
    accumulator = fit.create_accumulator()
    for example in examples:
        accumulator = fit.add_input(accumulator, example)
    return fit.extract_output(accumulator)


def statistics_of(
    examples: Sequence[DescribedExample], basis: EmbeddingBasis | None
) -> statistics_pb2.DatasetFeatureStatisticsList:
    """As SpanStatistics does on Beam."""
    batch = record_batch(list(examples), basis)
    return stats_impl.generate_statistics_in_memory(batch, tfdv.StatsOptions())
