"""Compares pairs of statistics, and writes what came of it, for programs and for people."""

from __future__ import annotations

import os
from collections.abc import Mapping

import tensorflow as tf
from tensorflow_metadata.proto.v0 import statistics_pb2

from objects_that_sound.components.drift_validator.compare_statistics import compare_statistics
from objects_that_sound.components.drift_validator.comparison import (
    COMPARISONS_FILE,
    Comparison,
    write_comparisons,
)
from objects_that_sound.components.drift_validator.divergence_limits import DivergenceLimits
from objects_that_sound.components.drift_validator.plots import distributions
from objects_that_sound.components.drift_validator.write_page import write_page
from objects_that_sound.components.evaluation.write_figure import write_figure

ANOMALIES_FILE = "SchemaDiff.pb"
"""TFDV's anomalies, as ExampleValidator names it."""


def compare_pairs(
    pairs: Mapping[str, Mapping[str, str]], limits: DivergenceLimits, folder: str, title: str
) -> list[Comparison]:
    """Compares the distributions of all features.

    Args:
        pairs: by kind (DRIFT or SKEW), the statistics to compare: what they are of, and the paths
            of their files (TFDV's DatasetFeatureStatisticsList).
        limits: how much the distributions may differ.
        folder: gets, for each kind, TFDV's anomalies (`Split-KIND/SchemaDiff.pb`) and the histograms
            (`KIND.png`), and of all `comparisons.json` and the page `index.html`.
        title: heading of the page.
    """
    comparisons: list[Comparison] = []
    pictures = {}
    for kind, paths in pairs.items():
        named = [(name, _load(path)) for name, path in paths.items()]
        found, anomalies = compare_statistics(kind, named[0][1], named[1][1], limits)
        split = os.path.join(folder, f"Split-{kind}")  # as TFX names them
        tf.io.gfile.makedirs(split)
        with tf.io.gfile.GFile(os.path.join(split, ANOMALIES_FILE), "wb") as file:
            file.write(anomalies.SerializeToString())
        pictures[kind] = os.path.join(folder, f"{kind}.png")
        write_figure(pictures[kind], distributions(found, named))
        comparisons += found
    with tf.io.gfile.GFile(os.path.join(folder, COMPARISONS_FILE), "w") as file:
        file.write(write_comparisons(comparisons))
    write_page(folder, title, comparisons, pictures)
    return comparisons


def _load(path: str) -> statistics_pb2.DatasetFeatureStatisticsList:
    with tf.io.gfile.GFile(path, "rb") as file:
        return statistics_pb2.DatasetFeatureStatisticsList.FromString(file.read())
