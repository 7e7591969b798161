"""The Trainer component's `run_fn`: trains a network on examples and exports the SavedModel."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import keras
import tensorflow as tf

from objects_that_sound.models.augmentation import AUGMENTATIONS
from objects_that_sound.models.input_pipeline import (
    count_examples,
    evaluation_batches,
    example_files,
    training_batches,
    video_ids,
)
from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.networks.avc_network import AvcNetwork
from objects_that_sound.models.networks.factory import build_trainable_network
from objects_that_sound.models.object_storage import reach
from objects_that_sound.models.progress_bar import ProgressBar
from objects_that_sound.models.signatures import ServingSignatures
from objects_that_sound.models.training.calibration import (
    calibrate,
    set_match_threshold,
    similarities_of,
)
from objects_that_sound.models.training.checkpoint_folder import checkpoint_folder, remove_given_up
from objects_that_sound.models.training.checkpoint_store import CheckpointStore
from objects_that_sound.models.training.devices import copy_weights, device_strategy, dtype_policy
from objects_that_sound.models.training.input_clock import InputClock
from objects_that_sound.models.training.keras_weights import load_keras_weights, save_keras_weights
from objects_that_sound.models.training.shared_time import SharedTime
from objects_that_sound.models.training.tensorboard_log import TensorBoardLog
from objects_that_sound.models.training.training_loop import TrainingLoop
from objects_that_sound.models.training.validation_files import validation_files
from objects_that_sound.models.training.workers import ALONE, Workers, workers
from objects_that_sound.models.training_config import TrainingConfig
from objects_that_sound.models.training_history import HISTORY_FILE, TrainingHistory
from objects_that_sound.models.warmup_requests import write_warmup_requests

if TYPE_CHECKING:
    from tfx.v1.components import FnArgs


_THRESHOLD_EXAMPLES = 1024
"""Number of training examples that tell the threshold of maps where there is no split `val`."""


def run_fn(fn_args: FnArgs) -> None:
    """Entry point of TFX's Trainer (API: `tfx.components.Trainer`, `run_fn`).

    A training that was interrupted goes on where its last checkpoint was, if configuration and
    files are the same; its result is that of an undisturbed one.

    Where TF_CONFIG names several workers, each of them runs this with the same `fn_args`, on storage
    that all of them see; each reads files of its own, and the chief alone writes.

    Args:
        fn_args: `train_files` and `eval_files`, patterns of TFRecords of examples, of which the
            latter tell where the split `val` is, too (see `validation_files`); `custom_config` with
            the fields of NetworkConfig under `network` and of TrainingConfig under `training`;
            `serving_model_dir` and `model_run_dir` to write to; `base_model`, the SavedModel of a
            Model artifact of ours to start from, or None.

    Raises:
        FileNotFoundError: there are no examples, or no weights beside the base model.
        ValueError: the base model is of another network, TF_CONFIG is broken, or TensorFlow can't
            read an address.
        RuntimeError: the workers can't be connected, or see different checkpoints.
        FloatingPointError: the loss became NaN or infinite; the message says at which step.
    """
    strategy, team = device_strategy(), workers()  # before TensorFlow computes anything
    base_model = getattr(fn_args, "base_model", None)
    reach(*fn_args.train_files, *fn_args.eval_files, base_model)
    reach(fn_args.serving_model_dir, fn_args.model_run_dir)
    network_config = NetworkConfig.from_dict(fn_args.custom_config["network"])
    config = TrainingConfig.from_dict(fn_args.custom_config["training"])
    files = example_files(fn_args.train_files)
    val_files, val_split = validation_files(fn_args.eval_files)
    if config.chooses_epoch and val_split == "eval" and team.is_chief:
        print(
            "The examples have no split val of at least two groups of videos: the epoch is chosen on "
            "the split eval, on which the gate judges as well, so its figures are a little too good.",
            file=sys.stderr,
        )
    store = CheckpointStore(
        checkpoint_folder(
            fn_args.model_run_dir,
            network_config,
            config,
            [*files, *val_files],
            base_model,
        ),
        writes=team.is_chief,
    )
    if team.is_chief:
        remove_given_up(store.folder)
    part = config.batch_size // config.accumulation_steps
    eval_batches = functools.partial(
        evaluation_batches, val_files, network_config, part, strategy.num_replicas_in_sync
    )
    all_eval_batches = eval_batches()  # counts the examples of all files
    time = SharedTime(strategy, team)
    network, history = train(
        network_config,
        config,
        lambda first_batch: training_batches(
            files,
            network_config,
            config.batch_size,
            config.shuffle_buffer,
            config.seed,
            first_batch,
            AUGMENTATIONS[config.augmentation].least_area,
            team,
        ),
        all_eval_batches,
        fn_args.model_run_dir if team.is_chief else None,
        store=store,
        base_model=base_model,
        name_videos=functools.partial(_videos, files, config, team),
        strategy=strategy,
        examples=None if config.steps_per_epoch else count_examples(files),
        val_split=val_split,
        time=time,
        own_eval_batches=eval_batches(team) if team.count > 1 else None,
    )
    if team.is_chief:
        if val_split == "eval":  # that is for those who judge, so the threshold is not set yet
            set_threshold_by_training(network, files, config)
        _export(network, history, network_config, fn_args)
    store.remove()
    time.tick()  # workers that leave before would disturb the chief


def set_threshold_by_training(
    network: AvcNetwork, files: list[str], config: TrainingConfig
) -> None:
    """Sets a network's match threshold by examples that it learnt, for want of a split `val`.

    Args:
        network: a trained one.
        files: patterns of TFRecords of the examples.
        config: the recipe.
    """
    part = config.batch_size // config.accumulation_steps
    batches = training_batches(files, network.config, part, config.shuffle_buffer, config.seed)
    some = batches.take(-(-_THRESHOLD_EXAMPLES // part))
    set_match_threshold(network, similarities_of(network, some))


def _export(
    network: AvcNetwork, history: TrainingHistory, network_config: NetworkConfig, fn_args: FnArgs
) -> None:
    tf.io.gfile.makedirs(fn_args.model_run_dir)
    with tf.io.gfile.GFile(os.path.join(fn_args.model_run_dir, HISTORY_FILE), "w") as file:
        json.dump(history.to_json(), file, indent=1)
    ServingSignatures(network).save(fn_args.serving_model_dir)
    write_warmup_requests(network_config, fn_args.serving_model_dir)
    save_keras_weights(network, fn_args.serving_model_dir)


def _videos(files: list[str], config: TrainingConfig, team: Workers, batch: int) -> list[str]:
    return video_ids(files, config.batch_size, config.shuffle_buffer, config.seed, batch, team)


def train(
    network_config: NetworkConfig,
    training_config: TrainingConfig,
    train_batches: tf.data.Dataset | Callable[[int], tf.data.Dataset],
    eval_batches: tf.data.Dataset,
    log_dir: str | None = None,
    *,
    store: CheckpointStore | None = None,
    base_model: str | None = None,
    name_videos: Callable[[int], list[str]] | None = None,
    strategy: tf.distribute.Strategy | None = None,
    examples: int | None = None,
    val_split: str = "eval",
    time: SharedTime | None = None,
    own_eval_batches: tf.data.Dataset | None = None,
) -> tuple[AvcNetwork, TrainingHistory]:
    """Trains a network.

    Args:
        network_config: sizes.
        training_config: the recipe.
        train_batches: endless, of this worker; or a function that gives those from a number on,
            which a store needs to go on quickly. See `models.input_pipeline`.
        eval_batches: finite.
        log_dir: for TensorBoard; none if missing.
        store: of checkpoints, to go on from and to write; none if missing.
        base_model: SavedModel that `save_keras_weights` wrote weights beside, to start from; random
            weights if missing.
        name_videos: gives the ids of the videos of batch number n, for errors.
        strategy: what to compute on; all GPUs if missing.
        examples: number of examples to train on; may be missing where `steps_per_epoch` is given.
        val_split: name of the split that `eval_batches` are of, for the history.
        time: that all workers agree on; a training without others if missing.
        own_eval_batches: this worker's part of `eval_batches`; all of it if missing.

    Returns:
        The network, in float32 whatever it was trained in, whose decision and match threshold are
        set right if there is a split `val`; and its history.

    Raises:
        FileNotFoundError: there are no weights beside the base model.
        ValueError: the base model is of another network, the batch can't be split by the devices,
            or the number of examples is missing.
        FloatingPointError: a loss, gradient or weight became NaN or infinite.
    """
    config = training_config
    strategy = strategy or device_strategy()
    with strategy.scope(), dtype_policy(config.precision):
        network = build_trainable_network(network_config, config)
        # The loop sets the rate of each step.
        network.compile(
            keras.optimizers.AdamW(config.learning_rate, weight_decay=config.weight_decay)
        )
        # Its slots must be there to be restored, and can't be made on several devices in a step.
        network.optimizer.build(network.trainable_variables)
        if base_model is not None:
            load_keras_weights(network, base_model)
    time = time or SharedTime(strategy, ALONE)
    clock = InputClock()
    bar = ProgressBar(config.batch_size, clock, time=time, shown=time.workers.is_chief)
    callbacks: list[keras.callbacks.Callback] = [bar]
    if log_dir is not None:
        callbacks.append(TensorBoardLog(log_dir, next(iter(eval_batches))))
    loop = TrainingLoop(
        network, config, strategy, store, clock, callbacks, name_videos, examples, val_split, time
    )
    if isinstance(train_batches, tf.data.Dataset):
        train_batches = train_batches.skip
    history = loop.run(
        train_batches, eval_batches if own_eval_batches is None else own_eval_batches
    )
    if config.precision != "float32" or strategy.num_replicas_in_sync > 1:
        trained = network
        network = build_trainable_network(network_config, config)  # in float32, on one device
        copy_weights(trained, network)
    # The chief's network alone is used, and the split eval is for those who judge.
    if val_split == "val" and time.workers.is_chief:
        pairs = similarities_of(network, eval_batches)
        if config.calibrate:
            calibrate(network, pairs)
        set_match_threshold(network, pairs)
    return network, history
