"""Where a training keeps its checkpoints."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Sequence

import tensorflow as tf

from models.network_config import NetworkConfig
from models.training_config import TrainingConfig

UNFINISHED = ".unfinished"
"""Folder beside the outputs of executions, of which TFX removes those that failed."""


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
