"""A network small enough for twenty trainings."""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import glob
import multiprocessing
import pathlib
from collections.abc import Iterator
from unittest import mock

import keras
import numpy as np
import simplejpeg
import tensorflow as tf

from objects_that_sound.models import examples as contract
from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.networks.avc_network import AvcNetwork
from objects_that_sound.models.signatures import ServingSignatures
from objects_that_sound.models.trainer import train
from objects_that_sound.models.training_config import TrainingConfig

NETWORK = NetworkConfig(
    network="avol",
    image_size=36,
    crop_size=32,
    sample_rate=8000,
    window=128,
    hop=125,
    fft=128,
    image_stride=1,
    filters=(8, 16, 32, 64),
    embedding_size=64,
    batch_norm_momentum=0.9,
)

TRAINING = TrainingConfig(
    objective="all_pairs",
    background_sounds=8,
    batch_size=32,
    steps=1200,
    steps_per_epoch=1200,
    learning_rate=3e-3,
    learning_rate_decay="cosine",
)


def train_network(
    examples: str, seed: int, steps: int = TRAINING.steps, videos: int | None = None
) -> AvcNetwork:
    """Trains on the split train.

    Args:
        examples: folder of an Examples artifact.
        seed: of everything random.
        steps: of the recipe.
        videos: train on so many videos only; None for all.
    """
    keras.utils.clear_session()
    config = dataclasses.replace(TRAINING, seed=seed, steps=steps, steps_per_epoch=steps)
    frames, sounds, groups = _in_memory(examples, "train", videos)
    network, _ = train(
        NETWORK,
        config,
        _batches(frames, sounds, groups, config.batch_size, seed),
        _batches(frames, sounds, groups, config.batch_size, seed).take(1),
    )
    return network


def export(
    network: AvcNetwork,
    folder: pathlib.Path,
    signatures: type[ServingSignatures] = ServingSignatures,
    checked: bool = True,
) -> str:
    """Writes the SavedModel.

    Args:
        network: trained, or spoilt.
        folder: to write.
        signatures: perhaps spoilt ones.
        checked: whether the model must prove itself first (see `check_export`), which keeps some of
            the spoilt ones from the gate.
    """
    if checked:
        signatures(network).save(str(folder))
    else:
        with mock.patch("objects_that_sound.models.signatures.check_export"):
            signatures(network).save(str(folder))
    return str(folder)


@contextlib.contextmanager
def trainers(jobs: int) -> Iterator[concurrent.futures.Executor]:
    """Processes that train, each on one thread: so small a network gains little from a second."""
    with concurrent.futures.ProcessPoolExecutor(
        jobs, multiprocessing.get_context("spawn"), initializer=_use_one_thread
    ) as executor:
        yield executor


def train_and_export(
    examples: str, folder: pathlib.Path, seed: int, videos: int | None = None
) -> None:
    """See `train_network` and `export`; what is there already is kept."""
    if not (folder / "saved_model.pb").exists():
        export(train_network(examples, seed, videos=videos), folder)


def _use_one_thread() -> None:
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def _in_memory(
    examples: str, split: str, videos: int | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Frames [n, size, size, 3], sounds [n, samples], groups [n]: decoded once, not every epoch."""
    files = sorted(glob.glob(f"{examples}/Split-{split}/*"))
    records = tf.data.TFRecordDataset(files, compression_type="GZIP").as_numpy_iterator()
    rows = [contract.read_example(record) for record in records]
    names = sorted({row[contract.VIDEO_GROUP][0] for row in rows})
    numbers = {name: number for number, name in enumerate(names[:videos])}
    rows = [row for row in rows if row[contract.VIDEO_GROUP][0] in numbers]
    frames = [_central_square(simplejpeg.decode_jpeg(row[contract.IMAGE][0])) for row in rows]
    sounds = [np.frombuffer(row[contract.AUDIO][0], "<i2") for row in rows]
    groups = [numbers[row[contract.VIDEO_GROUP][0]] for row in rows]
    return np.stack(frames), np.stack(sounds), np.array(groups)


def _central_square(frame: np.ndarray) -> np.ndarray:
    height, width = frame.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return frame[top : top + side, left : left + side]


def _batches(
    frames: np.ndarray, sounds: np.ndarray, groups: np.ndarray, batch_size: int, seed: int
) -> tf.data.Dataset:
    """Endless, shuffled, with random crops and flips, as `models.input_pipeline` makes them."""
    crop = NETWORK.crop_size

    def varied(row: tf.Tensor) -> dict[str, tf.Tensor]:
        image = tf.image.random_crop(tf.gather(frames, row), [crop, crop, 3])
        return {
            "image": tf.image.random_flip_left_right(image),
            "audio": tf.gather(sounds, row),
            "group": tf.gather(groups, row),
        }

    tf.random.set_seed(seed)
    rows = tf.data.Dataset.range(len(groups)).shuffle(len(groups), seed=seed).repeat()
    return rows.map(varied, num_parallel_calls=1, deterministic=True).batch(
        batch_size, drop_remainder=True
    )
