"""Trains a row."""

from __future__ import annotations

import pathlib

import click

from benchmarks.ablations.variants import Variant
from objects_that_sound.models.augmentation import AUGMENTATIONS
from objects_that_sound.models.input_pipeline import evaluation_batches, training_batches
from objects_that_sound.models.networks.avc_network import AvcNetwork
from objects_that_sound.models.trainer import set_threshold_by_training, train


def train_variant(variant: Variant, examples: pathlib.Path) -> AvcNetwork:
    """Trains a row as the Trainer does.

    Args:
        variant: the recipe.
        examples: folder with the splits train and val. The split val shifts the scores and chooses
            the epoch, where the recipe says so, and sets the threshold of maps; if the recipe needs
            none, eval is looked at in training, and train sets the threshold.

    Raises:
        click.ClickException: the recipe needs the split val, and there is none.
    """
    training = variant.training
    split = "val" if (examples / "Split-val").exists() else "eval"
    if split == "eval" and training.restore_best:
        raise click.ClickException(
            f"{examples} has no split val to choose the epoch by: run `ots run` with the preset "
            "real, or with --set training.restore_best=true, on these videos first"
        )
    network, _ = train(
        variant.network,
        training,
        training_batches(
            files_of(examples, "train"),
            variant.network,
            training.batch_size,
            training.shuffle_buffer,
            training.seed,
            least_area=AUGMENTATIONS[training.augmentation].least_area,
        ),
        evaluation_batches(files_of(examples, split), variant.network, training.batch_size),
        val_split=split,
    )
    if split == "eval":
        set_threshold_by_training(network, files_of(examples, "train"), training)
    return network


def files_of(examples: pathlib.Path, split: str) -> list[str]:
    """Patterns of the files of a split."""
    return [str(examples / f"Split-{split}" / "*")]
