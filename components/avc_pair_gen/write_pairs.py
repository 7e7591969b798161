"""Makes pairs of a split of examples, with any Beam pipeline."""

from __future__ import annotations

import os
from collections.abc import Sequence

import apache_beam as beam
import tensorflow as tf

from objects_that_sound.components.avc_pair_gen.make_pairs import MakePairs
from objects_that_sound.components.avc_pair_gen.pair_counts import (
    PAIRS_FILE,
    PairCounts,
    read_pair_counts,
)
from objects_that_sound.components.evaluation.read_examples import (
    check_split,
    split_folder,
    split_pattern,
)


def write_pairs(
    pipeline: beam.Pipeline, folders: Sequence[str], split: str, seed: int, folder: str
) -> PairCounts:
    """Pairs each frame of a split with its own sound and with another's, and waits for the end.

    Args:
        pipeline: pipeline that has no steps yet.
        folders: folders of Examples artifacts.
        split: name of the split.
        seed: seed of the choice of mismatched sounds.
        folder: folder that gets the pairs, as a split of the same name, and `pairs.json`.

    Raises:
        ValueError: a folder has no such split, or it has examples of fewer than two groups.
    """
    check_split(folders, split)
    pairs = split_folder(folder, split)
    tf.io.gfile.makedirs(pairs)
    with pipeline:
        sources = [
            pipeline | f"Read[{i}]" >> beam.io.ReadFromTFRecord(split_pattern(one, split))
            for i, one in enumerate(folders)
        ]
        counts_file = os.path.join(folder, PAIRS_FILE)
        _ = sources | beam.Flatten() | MakePairs(seed, pairs, counts_file)
    return read_pair_counts(folder)
