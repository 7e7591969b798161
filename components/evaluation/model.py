"""What the evaluators ask of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np


class Model(Protocol):
    """Something that answers the signatures of a trained model; see `SavedModel`."""

    @property
    def frames(self) -> int:
        """How many frames its `image` is made of."""

    def call(
        self,
        signature: str,
        inputs: Mapping[str, Sequence[bytes | Sequence[bytes]]],
    ) -> dict[str, np.ndarray]:
        """Calls a signature on one batch; see `SavedModel.call`."""
