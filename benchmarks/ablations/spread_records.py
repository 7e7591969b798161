"""Some of the examples of each video."""

from __future__ import annotations

import itertools
import pathlib
from collections.abc import Iterator

from objects_that_sound.components.evaluation.read_examples import count_examples, read_records


def spread_records(examples: pathlib.Path, split: str, at_most: int) -> Iterator[bytes]:
    """Serialized examples of a split, evenly spread over its files: those of one video lie together.

    Args:
        examples: folder of examples.
        split: name of the split.
        at_most: greatest number of them.

    Raises:
        ValueError: there is no such split.
    """
    folders = [str(examples)]
    every = max(1, -(-count_examples(folders, split) // at_most))
    return itertools.islice(read_records(folders, split), 0, None, every)
