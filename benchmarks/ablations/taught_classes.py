"""What one who is taught the names of the classes reaches on the held-out videos.

A network learns without names, so that this is what it may be compared with: one who knows the class
of each picture for certain, and tells the class of a sound by a classifier of its MFCC, which was
taught with the names of the videos to train on. Videos without a name are one class more.

Command: python -m benchmarks.ablations.taught_classes --examples runs/mine
Cost: three minutes on one core.
Needs the examples of an `ots run` with `--label-regex`.
"""

from __future__ import annotations

import pathlib
from collections.abc import Mapping
from typing import NamedTuple

import click
import numpy as np
import tqdm
from sklearn import base, ensemble, linear_model, pipeline, preprocessing

from benchmarks.ablations.run import examples_of
from benchmarks.ablations.spread_records import spread_records
from objects_that_sound.components.avc_evaluator.avc_statistics import avc_statistics
from objects_that_sound.components.avc_evaluator.evaluator import AUC
from objects_that_sound.components.baseline_evaluator.best_threshold import best_threshold
from objects_that_sound.components.evaluation import example_fields
from objects_that_sound.components.sound_benchmark_evaluator import mfcc
from objects_that_sound.components.sound_benchmark_evaluator.sounds import resample
from objects_that_sound.models import examples as contract

_SOUNDS = 3000  # of a split, at most

CLASSIFIERS: Mapping[str, base.BaseEstimator] = {
    "extremely randomised trees": ensemble.ExtraTreesClassifier(
        500, min_samples_leaf=5, random_state=0
    ),
    "linear": linear_model.LogisticRegression(C=0.01, max_iter=2000, class_weight="balanced"),
}


class Heard(NamedTuple):
    """Sounds of a split.

    Attributes:
        features: float32 [n, 160], statistics of MFCC.
        classes: [n], names; empty where there is none.
        groups: [n], of the videos.
    """

    features: np.ndarray
    classes: np.ndarray
    groups: np.ndarray


def read_sounds(examples: pathlib.Path, split: str) -> Heard:
    """Reads the sounds of a split of a folder of examples: of many, some of each video."""
    records = spread_records(examples, split, _SOUNDS)
    rows = []
    for record in tqdm.tqdm(records, desc=f"Listening to {split}", unit="sound", disable=None):
        row = contract.read_example(record)
        samples = np.frombuffer(row[contract.AUDIO][0], "<i2")
        [rate] = row[contract.AUDIO_SAMPLE_RATE]
        features = mfcc.mfcc_statistics(resample(samples, rate, mfcc.SAMPLE_RATE))
        rows.append((features, example_fields.label(row), example_fields.group(row)))
    features, classes, groups = zip(*rows, strict=True)
    return Heard(np.stack(features), np.array(classes), np.array(groups))


def avc_by_classes(probabilities: np.ndarray, names: np.ndarray, heard: Heard) -> dict[str, float]:
    """AVC of one who knows the class of each picture, over all pairs of different groups.

    Args:
        probabilities: [sounds, classes], of what each sound is.
        names: [classes].
        heard: the sounds; the pictures are those of the same moments.

    Returns:
        `accuracy`, balanced, with the best bound of the probability for these pairs, and `auc`.
    """
    own = np.searchsorted(names, heard.classes)
    scores = probabilities[:, own].T  # [images, sounds]
    corresponding = np.diagonal(scores)
    mismatched = scores[heard.groups[:, None] != heard.groups[None, :]]
    # As many of both, for the bound, evenly spaced by their rank.
    ranks = np.linspace(0, len(mismatched) - 1, len(corresponding)).round().astype(int)
    bound = best_threshold(corresponding, np.sort(mismatched)[ranks])
    truth = np.repeat([True, False], [len(corresponding), len(mismatched)])
    auc = avc_statistics(truth, np.concatenate([corresponding, mismatched]))[AUC.name]
    return {
        "accuracy": float(np.mean(corresponding > bound) + np.mean(mismatched <= bound)) / 2,
        "auc": float(auc(np.arange(len(truth)))),
    }


@click.command()
@click.option("--examples", "root", default="runs/mine", show_default=True, type=pathlib.Path)
def main(root: pathlib.Path) -> None:
    """Print what taught classifiers of sounds reach on the split eval."""
    examples = examples_of(root)
    train = read_sounds(examples, "train")
    if len(np.unique(train.classes)) == 1:
        raise click.ClickException(
            f"the videos to train on below {root} have no names of classes: run `ots run` with "
            "--label-regex first"
        )
    held_out = read_sounds(examples, "eval")
    names = np.union1d(train.classes, held_out.classes)
    answers = {"class known for certain": (held_out.classes[:, None] == names).astype(float)}
    for name, classifier in CLASSIFIERS.items():
        model = pipeline.make_pipeline(preprocessing.StandardScaler(), base.clone(classifier))
        model.fit(train.features, train.classes)
        probabilities = np.zeros((len(held_out.classes), len(names)))
        probabilities[:, np.searchsorted(names, model.classes_)] = model.predict_proba(
            held_out.features
        )
        answers[f"MFCC, {name}"] = probabilities
    click.echo("| sounds by | right class of a sound | AVC accuracy with the best bound | AUC |")
    click.echo("|---|---|---|---|")
    for name, probabilities in answers.items():
        right = np.mean(names[probabilities.argmax(1)] == held_out.classes)
        figures = avc_by_classes(probabilities, names, held_out)
        click.echo(f"| {name} | {right:.3f} | {figures['accuracy']:.3f} | {figures['auc']:.3f} |")


if __name__ == "__main__":
    main()
