"""One request to a model server, over either protocol."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from objects_that_sound.serving.client.model_client import Image


@dataclasses.dataclass(frozen=True)
class PredictRequest:
    """What `ModelClient.predict` takes.

    Attributes:
        signature: name of the signature.
        inputs: by input, bytes [n] or [n, frames], or an array of numbers [n, ...].
    """

    signature: str
    inputs: Mapping[str, Sequence[Image] | np.ndarray]

    @property
    def batch(self) -> int:
        """The number n of what is asked about."""
        return len(next(iter(self.inputs.values())))
