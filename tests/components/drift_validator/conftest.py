"""Statistics of numbers, as SpanStatistics writes them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest


@pytest.fixture(scope="session")
def make_statistics() -> Callable:
    """Makes TFDV's statistics: columns by feature, rows divided among groups of videos."""

    def make(groups: int, **columns: np.ndarray):
        import pyarrow as pa
        import tensorflow_data_validation as tfdv
        from tensorflow_data_validation.statistics import stats_impl

        names = {"brightness": "image/brightness", "loudness": "audio/loudness"}
        [count] = {len(values) for values in columns.values()}
        group = pa.array([[f"g{row % groups}"] for row in range(count)])
        arrays = [pa.array([[value] for value in values]) for values in columns.values()]
        batch = pa.RecordBatch.from_arrays(
            [group, *arrays], ["video/group", *(names.get(name, name) for name in columns)]
        )
        return stats_impl.generate_statistics_in_memory(batch, tfdv.StatsOptions())

    return make
