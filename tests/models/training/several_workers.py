"""`python several_workers.py FOLDER SETUP`: one worker of a training, or a process without others.

SETUP is JSON: `files`, `eval_files`, the fields of `network` and `training`, whether `frozen` (batch
normalisation has the statistics of nobody), and `share`: of how many workers the batches are that a
process alone puts together. See test_several_workers.
"""

from __future__ import annotations

import json
import os
import pathlib
import sys
import types
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from objects_that_sound.models import trainer
from objects_that_sound.models.augmentation import AUGMENTATIONS, Augmentation
from objects_that_sound.models.input_pipeline import evaluation_batches, training_batches
from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.networks.avc_network import AvcNetwork
from objects_that_sound.models.training.workers import Workers
from objects_that_sound.models.training_config import TrainingConfig
from objects_that_sound.models.training_history import TrainingHistory

# Each device draws its own random numbers: only without them two ways are one computation.
AUGMENTATIONS["paper"] = Augmentation(brightness=0.0, saturation=0.0, volume=0.0)


def _freeze(network: AvcNetwork) -> AvcNetwork:
    for layer in network._flatten_layers():
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False
    return network


def _keep(network: AvcNetwork, history: TrainingHistory, folder: str) -> None:
    # In order, for names count how many networks there were in the process.
    weights = [keras.ops.convert_to_numpy(variable) for variable in network.trainable_variables]
    np.savez(os.path.join(folder, "weights.npz"), *weights)
    pathlib.Path(folder, "curves.json").write_text(json.dumps(history.curves))


def _alone(folder: str, setup: dict[str, Any]) -> None:
    network_config = NetworkConfig.from_dict(setup["network"])
    config = TrainingConfig.from_dict(setup["training"])
    parts = [
        training_batches(
            setup["files"],
            network_config,
            config.batch_size,
            config.shuffle_buffer,
            config.seed,
            workers=Workers(setup["share"], index),
        )
        for index in range(setup["share"])
    ]

    def together(*batches: dict) -> dict:
        return {name: tf.concat([batch[name] for batch in batches], 0) for name in batches[0]}

    network, history = trainer.train(
        network_config,
        config,
        tf.data.Dataset.zip(tuple(parts)).map(together),
        evaluation_batches(setup["eval_files"], network_config, config.batch_size),
    )
    _keep(network, history, folder)


def _worker(folder: str, setup: dict[str, Any]) -> None:
    train = trainer.train

    def train_and_keep(*args, **kwargs):
        network, history = train(*args, **kwargs)
        if trainer.workers().is_chief:
            _keep(network, history, folder)
        return network, history

    trainer.train = train_and_keep
    trainer.run_fn(
        types.SimpleNamespace(
            train_files=setup["files"],
            eval_files=setup["eval_files"],
            custom_config={"network": setup["network"], "training": setup["training"]},
            serving_model_dir=os.path.join(folder, "model"),
            model_run_dir=os.path.join(folder, "model_run"),
        )
    )


def main() -> None:
    """Trains."""
    folder, setup = sys.argv[1], json.loads(sys.argv[2])
    if setup["frozen"]:
        build = trainer.build_trainable_network
        trainer.build_trainable_network = lambda *args: _freeze(build(*args))
    (_worker if "TF_CONFIG" in os.environ else _alone)(folder, setup)


if __name__ == "__main__":
    main()
