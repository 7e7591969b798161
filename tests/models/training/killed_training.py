"""`python killed_training.py FILES... FOLDER NETWORK`: a training to be killed.

NETWORK are the fields of a NetworkConfig as JSON; see test_killed_training.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import types

import keras
import tensorflow as tf

from objects_that_sound.models import trainer
from objects_that_sound.models.training_config import TrainingConfig

_TRAINING = TrainingConfig(
    batch_size=16,
    accumulation_steps=2,
    background_sounds=2,
    steps=120,
    steps_per_epoch=25,
    learning_rate=3e-3,
    learning_rate_decay="plateau",  # it falls from within an epoch on
    weight_decay=1e-3,
    shuffle_buffer=20,
    checkpoint_steps=7,
    seed=3,
)


def main() -> None:
    """Trains as TFX's Trainer would; writes a file by each step, and the weights at the end."""
    train_file, eval_file, folder, network = sys.argv[1:]
    tf.config.experimental.enable_op_determinism()
    run = os.path.join(folder, f"{os.getpid()}")  # of this execution
    save = trainer.save_keras_weights

    def save_all(network: keras.Model, serving_model_dir: str) -> None:
        save(network, serving_model_dir)
        network.save_weights(os.path.join(folder, "final.weights.h5"))

    trainer.save_keras_weights = save_all
    os.makedirs(os.path.join(folder, "model_run"), exist_ok=True)
    trainer.run_fn(
        types.SimpleNamespace(
            train_files=[train_file],
            eval_files=[eval_file],
            custom_config={
                "network": json.loads(network),
                "training": dataclasses.asdict(_TRAINING),
            },
            serving_model_dir=os.path.join(run, "Format-Serving"),
            model_run_dir=os.path.join(folder, "model_run", f"{os.getpid()}"),
        )
    )


if __name__ == "__main__":
    main()
