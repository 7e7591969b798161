"""What is known of the pairs as a whole."""

from __future__ import annotations

import dataclasses
import os

from objects_that_sound.components.evaluation.json_file import read_json

PAIRS_FILE = "pairs.json"
"""Beside the pairs."""


@dataclasses.dataclass(frozen=True)
class PairCounts:
    """Content of `pairs.json`.

    Attributes:
        num_pairs: number of pairs of both kinds together.
        num_labelled_pairs: number of those whose classes of frame and sound are known.
        seed: seed of the choice of mismatched sounds.
        chance: accuracy of guessing.
        ceiling: accuracy of an oracle that knows all classes; None where none is known.
    """

    num_pairs: int
    num_labelled_pairs: int
    seed: int
    chance: float
    ceiling: float | None


def read_pair_counts(folder: str) -> PairCounts:
    """Reads them from the folder that AvcPairGen wrote."""
    return PairCounts(**read_json(os.path.join(folder, PAIRS_FILE)))
