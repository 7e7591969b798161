"""Many vectors in few bytes."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

DTYPES = ("int16", "float16", "int8")
"""What vectors can be stored as: 2 bytes a number or 1; integers have a scale for each vector."""

_BLOCK = 65536


@dataclasses.dataclass(frozen=True)
class VectorTable:
    """Stored vectors: vector i is `stored[i] * scales[i]`, or `stored[i]` where scales are empty.

    Attributes:
        stored: of one of `DTYPES`, [n, d].
        scales: float32 [n], or [0] where there are none.
    """

    stored: np.ndarray
    scales: np.ndarray

    @classmethod
    def of(cls, vectors: np.ndarray, dtype: str) -> VectorTable:
        """Stores vectors.

        Args:
            vectors: float32 [n, d], finite.
            dtype: one of `DTYPES`. "int16" rounds to 32,767 steps of the vector's greatest component
                and "int8" to 127, "float16" each component to 11 bits.

        Raises:
            ValueError: there is no such dtype.
        """
        if dtype not in DTYPES:
            raise ValueError(f"vectors are stored as one of {', '.join(DTYPES)}, not {dtype!r}")
        if dtype == "float16":
            return cls(vectors.astype(np.float16), np.zeros([0], np.float32))
        steps = np.iinfo(dtype).max
        greatest = np.abs(vectors).max(axis=1, initial=0)
        scales = np.where(greatest > 0, greatest / steps, 1).astype(np.float32)
        return cls(np.rint(vectors / scales[:, None]).astype(dtype), scales)

    @classmethod
    def concatenate(cls, tables: Sequence[VectorTable]) -> VectorTable:
        """Joins tables of one dtype, one after another."""
        return cls(
            np.concatenate([table.stored for table in tables]),
            np.concatenate([table.scales for table in tables]),
        )

    def vectors(self) -> np.ndarray:
        """The vectors, float32 [n, d]."""
        vectors = self.stored.astype(np.float32)
        return vectors * self.scales[:, None] if len(self.scales) else vectors

    def products(self, queries: np.ndarray) -> np.ndarray:
        """Inner products, float32 [q, n], of queries, float32 [q, d], with all vectors."""
        columns = [
            queries @ self.stored[start : start + _BLOCK].astype(np.float32).T
            for start in range(0, len(self.stored), _BLOCK)
        ]
        products = np.concatenate(columns, axis=1)
        return products * self.scales if len(self.scales) else products
