"""Where a training keeps its checkpoints."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
import sys
import time
from collections.abc import Sequence

import tensorflow as tf

from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.training_config import TrainingConfig

UNFINISHED = ".unfinished"
"""Folder beside the outputs of executions, of which TFX removes those that failed."""

GIVEN_UP_DAYS = 14
"""A training that has written no checkpoint for so long is given up: a running one writes often."""

_KEY = re.compile("[0-9a-f]{16}")


def checkpoint_folder(
    model_run_dir: str,
    network_config: NetworkConfig,
    training_config: TrainingConfig,
    files: Sequence[str],
    base_model: str | None = None,
) -> str:
    """The folder of this training: the next execution finds it if nothing has changed.

    Args:
        model_run_dir: of this execution; the folder lies beside it.
        network_config: part of the key, as all below.
        training_config: but for `checkpoint_steps`, which changes nothing in the result.
        files: of examples, known by their names and sizes.
        base_model: folder of the model to start from.
    """
    training = dataclasses.asdict(training_config) | {"checkpoint_steps": None}
    sizes = [(path, tf.io.gfile.stat(path).length) for path in files]
    content = json.dumps([dataclasses.asdict(network_config), training, sizes, base_model])
    key = hashlib.sha256(content.encode()).hexdigest()[:16]
    return os.path.join(os.path.dirname(model_run_dir.rstrip("/")), UNFINISHED, key)


def remove_given_up(folder: str) -> None:
    """Removes the checkpoints of other trainings that were given up, and says so on stderr.

    Args:
        folder: of this training, which stays.
    """
    parent = os.path.dirname(folder)
    if not tf.io.gfile.isdir(parent):
        return
    for name in tf.io.gfile.listdir(parent):
        other = os.path.join(parent, name.rstrip("/"))
        if other == folder or not _KEY.fullmatch(os.path.basename(other)):
            continue
        try:
            times = [
                tf.io.gfile.stat(os.path.join(other, file)).mtime_nsec / 1e9
                for file in tf.io.gfile.listdir(other)
            ]
            if times and time.time() - max(times) > GIVEN_UP_DAYS * 86_400:
                tf.io.gfile.rmtree(other)
                print(f"removed checkpoints of a training given up: {other}", file=sys.stderr)
        except tf.errors.NotFoundError:  # that training has just finished
            continue
