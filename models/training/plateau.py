"""Whether a training becomes better no more."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

_LEAST_EPOCHS = 5
_SHARE = 0.3
"""Of the epochs up to now. Curves flatten like a logarithm: what is worth waiting for takes longer
the longer a training has been."""


def best_epoch(figures: Sequence[float]) -> int:
    """Index of the first of the best epochs.

    Args:
        figures: of the validations up to now; more is better.
    """
    return int(np.argmax(figures))


def is_plateau(figures: Sequence[float], patience: int) -> bool:
    """Whether no epoch was better for too long.

    Args:
        figures: of the validations up to now; more is better.
        patience: number of epochs to wait for a better one; 0: three tenths of those up to now, at
            least five.
    """
    epochs = len(figures)
    waited = epochs - 1 - best_epoch(figures)
    return waited >= (patience or max(_LEAST_EPOCHS, math.ceil(_SHARE * epochs)))
