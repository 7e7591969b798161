"""How long training waits for its input."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


class InputClock:
    """Measures the time around an iterator's `next`.

    Attributes:
        waited: seconds up to now.
    """

    def __init__(self):
        self.waited = 0.0

    def iterate(self, batches: Iterable[T]) -> Iterator[T]:
        """The same elements; `waited` grows while they are waited for."""
        iterator = iter(batches)
        while True:
            started = time.perf_counter()
            try:
                batch = next(iterator)
            except StopIteration:
                return
            finally:
                self.waited += time.perf_counter() - started
            yield batch
