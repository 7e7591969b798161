"""Described examples as TFDV takes them."""

from __future__ import annotations

import pyarrow as pa

from objects_that_sound.components.span_statistics.described_example import DescribedExample
from objects_that_sound.components.span_statistics.embedding_basis import EmbeddingBasis
from objects_that_sound.components.span_statistics.feature_names import EMBEDDING_FEATURES, SCALARS
from objects_that_sound.components.span_statistics.feature_values import (
    EMBEDDED_GROUP,
    GROUP,
    feature_values,
)


def record_batch(examples: list[DescribedExample], basis: EmbeddingBasis | None) -> pa.RecordBatch:
    """Makes a column a feature.

    Args:
        examples: rows of the batch.
        basis: of all embeddings; None where there is no model, and no embeddings are compared.

    Returns:
        Lists of one value each, null where an example has none.
    """
    rows = [feature_values(example, basis) for example in examples]
    names = [GROUP, *SCALARS]
    if basis is not None:
        names += [EMBEDDED_GROUP, *EMBEDDING_FEATURES]
    columns = []
    for name in names:
        values = [[row[name]] if name in row else None for row in rows]
        kind = pa.string() if name in (GROUP, EMBEDDED_GROUP) else pa.float32()
        columns.append(pa.array(values, pa.list_(kind)))
    return pa.RecordBatch.from_arrays(columns, names)
