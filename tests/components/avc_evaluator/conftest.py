"""Pairs whose scores are written in them, and models that read them off."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable, Sequence

import pytest
import tensorflow as tf
from tfx.types import standard_artifacts

from objects_that_sound.models import examples as contract

Pair = tuple[str, bool, float, float]
"""Group, whether it corresponds, the model's score, the baseline model's."""


@pytest.fixture(scope="session")
def make_pairs(write_examples) -> Callable[..., standard_artifacts.Examples]:
    """Writes pairs: of each `Pair`, perhaps with the class of its group."""

    def make(folder: pathlib.Path, pairs: Sequence[Pair], classes: Sequence[str] = ()):
        rows = []
        for group, corresponds, score, baseline_score in pairs:
            row = {
                contract.VIDEO_ID: f"{group}.mp4",
                contract.VIDEO_GROUP: group,
                contract.IMAGE: repr(float(score)),
                contract.AUDIO: repr(float(baseline_score)),
                contract.AVC_LABEL: int(corresponds),
            }
            if classes:
                row[contract.LABEL] = classes[int(group[1:]) % len(classes)]
            rows.append(row)
        artifact = write_examples(folder, {"eval": rows}, num_files=1)
        counts = {"num_pairs": len(rows), "num_labelled_pairs": 0, "seed": 0, "chance": 0.5}
        (folder / "pairs.json").write_text(json.dumps(counts | {"ceiling": 0.97}))
        return artifact

    return make


@pytest.fixture(scope="session")
def make_model(tmp_path_factory) -> Callable[..., standard_artifacts.Model]:
    """Makes a model that says what is written in a feature; `rate` is what it hears, if it says."""

    def make(feature: str, rate: int | None = None) -> standard_artifacts.Model:
        strings = tf.TensorSpec([None], tf.string)

        @tf.function(input_signature=[strings])
        def score_examples(examples):
            spec = {feature: contract.PAIR_SPEC[feature]}
            return {"score": tf.strings.to_number(tf.io.parse_example(examples, spec)[feature])}

        @tf.function(input_signature=[strings])
        def describe(query):
            return {"sample_rate": tf.fill(tf.shape(query), tf.constant(rate or 0))}

        signatures = {"score_examples": score_examples}
        if rate is not None:
            signatures["describe"] = describe
        module = tf.Module()
        module.functions = list(signatures.values())
        artifact = standard_artifacts.Model()
        artifact.uri = str(tmp_path_factory.mktemp("model"))
        tf.saved_model.save(module, f"{artifact.uri}/Format-Serving", signatures)
        return artifact

    return make


@pytest.fixture(scope="session")
def new_model(make_model):
    """Says each pair's third entry."""
    return make_model(contract.IMAGE)


@pytest.fixture(scope="session")
def old_model(make_model):
    """Says each pair's fourth entry."""
    return make_model(contract.AUDIO)
