"""The Trainer component's `run_fn`: trains a network on examples and exports the SavedModel."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import keras
import tensorflow as tf

from models.input_pipeline import evaluation_batches, training_batches
from models.network_config import NetworkConfig
from models.networks.avc_network import AvcNetwork
from models.networks.factory import build_network
from models.progress_bar import ProgressBar
from models.signatures import ServingSignatures
from models.training_config import TrainingConfig

if TYPE_CHECKING:
    from tfx.v1.components import FnArgs

HISTORY_FILE = "history.json"
"""In the Trainer's `model_run` folder: lists by metric, one entry an epoch, and `step`."""


def run_fn(fn_args: FnArgs) -> None:
    """Entry point of TFX's Trainer (API: `tfx.components.Trainer`, `run_fn`).

    Args:
        fn_args: `train_files` and `eval_files`, patterns of TFRecords of examples; `custom_config`
            with the fields of NetworkConfig under `network` and of TrainingConfig under `training`;
            `serving_model_dir` and `model_run_dir` to write to.

    Raises:
        FileNotFoundError: there are no examples.
        FloatingPointError: the loss became NaN or infinite; the message says at which step.
    """
    network_config = NetworkConfig.from_dict(fn_args.custom_config["network"])
    training_config = TrainingConfig.from_dict(fn_args.custom_config["training"])
    batch_size = training_config.batch_size
    network, history = train(
        network_config,
        training_config,
        training_batches(
            fn_args.train_files,
            network_config,
            batch_size,
            training_config.shuffle_buffer,
            training_config.seed,
        ),
        evaluation_batches(fn_args.eval_files, network_config, batch_size),
        fn_args.model_run_dir,
    )
    tf.io.gfile.makedirs(fn_args.model_run_dir)
    with tf.io.gfile.GFile(os.path.join(fn_args.model_run_dir, HISTORY_FILE), "w") as file:
        json.dump(history, file, indent=1)
    ServingSignatures(network).save(fn_args.serving_model_dir)


def train(
    network_config: NetworkConfig,
    training_config: TrainingConfig,
    train_batches: tf.data.Dataset,
    eval_batches: tf.data.Dataset,
    log_dir: str | None = None,
) -> tuple[AvcNetwork, dict[str, list[float]]]:
    """Trains a network from scratch.

    Args:
        network_config: sizes.
        training_config: the recipe.
        train_batches: endless; see `models.input_pipeline`.
        eval_batches: finite.
        log_dir: for TensorBoard; none if missing.

    Returns:
        The network and its history: a list by metric, one entry an epoch, and the `step`.

    Raises:
        FloatingPointError: the loss became NaN or infinite.
    """
    config = training_config
    network = build_network(network_config, config.objective, config.background_sounds, config.seed)
    network.compile(
        keras.optimizers.AdamW(learning_rate(config), weight_decay=config.weight_decay),
        jit_compile=bool(tf.config.list_physical_devices("GPU")),  # XLA on a CPU is slower
    )
    callbacks = [
        ProgressBar(config.steps, config.batch_size),
        _StopOnNaN(),
        _StopAfter(config.steps),
    ]
    if log_dir is not None:
        callbacks.append(keras.callbacks.TensorBoard(log_dir, profile_batch=0))
    history = network.fit(
        train_batches,
        epochs=-(-config.steps // config.steps_per_epoch),
        steps_per_epoch=config.steps_per_epoch,
        validation_data=eval_batches,
        callbacks=callbacks,
        verbose=0,
    ).history
    history["step"] = [
        min(config.steps_per_epoch * (epoch + 1), config.steps)  # the last epoch may be shorter
        for epoch in range(len(history["loss"]))
    ]
    return network, {name: [float(v) for v in values] for name, values in history.items()}


def learning_rate(config: TrainingConfig) -> keras.optimizers.schedules.LearningRateSchedule:
    """The papers' steps ("Objects that Sound", section 3.4), or a cosine to zero."""
    if config.learning_rate_decay == "cosine":
        return keras.optimizers.schedules.CosineDecay(
            0.0,
            decay_steps=config.steps,
            warmup_target=config.learning_rate,
            warmup_steps=max(config.steps // 20, 1),
        )
    return keras.optimizers.schedules.ExponentialDecay(
        config.learning_rate,
        decay_steps=config.decay_epochs * config.steps_per_epoch,
        decay_rate=config.learning_rate_decay,
        staircase=True,
    )


class _StopOnNaN(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        loss = (logs or {}).get("loss", 0.0)
        if not tf.math.is_finite(loss):
            raise FloatingPointError(
                f"The loss is {loss} at step {int(self.model.optimizer.iterations.numpy())}; "
                "lower learning_rate, or look for broken examples"
            )


class _StopAfter(keras.callbacks.Callback):
    def __init__(self, steps: int):
        super().__init__()
        self._steps = steps
        self._done = 0

    def on_train_batch_end(self, batch, logs=None):
        self._done += 1
        if self._done == self._steps:
            self.model.stop_training = True  # after the validation of this epoch
