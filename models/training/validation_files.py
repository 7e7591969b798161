"""Which examples a training is validated on."""

from __future__ import annotations

import os
from collections.abc import Sequence

import tensorflow as tf

from objects_that_sound.models.input_pipeline import count_groups, example_files

_EVAL, _VAL = "Split-eval", "Split-val"
"""Folders of splits beside each other, as TFX names them."""


def validation_files(eval_patterns: Sequence[str]) -> tuple[list[str], str]:
    """Finds the split `val` beside the split `eval`, which takes its place where it is missing.

    TFX's Trainer asks every Examples artifact for the same splits. But a window of spans may have
    older ones without `val`; and `val` may be too small to make mismatched pairs.

    Args:
        eval_patterns: of the TFRecord files of the split `eval` of each artifact.

    Returns:
        The files, and the name of their split.

    Raises:
        FileNotFoundError: no file matches.
    """
    folders = [os.path.split(pattern) for pattern in eval_patterns]
    beside = [
        os.path.join(os.path.dirname(folder), _VAL, name)
        for folder, name in folders
        if os.path.basename(folder) == _EVAL
    ]
    files = sorted(tf.io.gfile.glob(beside)) if beside else []
    if files and count_groups(files, at_most=2) == 2:
        return files, "val"
    return example_files(eval_patterns), "eval"
