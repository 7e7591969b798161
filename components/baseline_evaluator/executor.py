"""The work of BaselineEvaluator."""

from __future__ import annotations

import heapq
import json
import os
from typing import Any

import numpy as np
from tfx import types
from tfx.dsl.components.base import base_executor
from tfx.dsl.io import fileio
from tfx.types import artifact_utils
from tqdm import tqdm

from objects_that_sound.components.avc_pair_gen.executor import PAIRS_FILE
from objects_that_sound.components.baseline_evaluator.class_agreement import ClassAgreement
from objects_that_sound.components.baseline_evaluator.features import (
    colour_histogram,
    mean_log_spectrum,
)
from objects_that_sound.components.evaluation import example_fields
from objects_that_sound.components.evaluation.read_examples import count_examples, read_examples
from objects_that_sound.components.evaluation.stable_hash import stable_hash
from objects_that_sound.components.evaluation.write_metrics import write_metrics
from objects_that_sound.models import examples as contract


class Executor(base_executor.BaseExecutor):
    """Measures the baselines on the pairs."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Writes the baselines' figures.

        Args:
            input_dict: `examples` and `pairs`, artifacts of type Examples.
            output_dict: `evaluation`, one artifact of type Evaluation.
            exec_properties: `max_train_examples` and `seed`.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        pairs = artifact_utils.get_single_instance(input_dict["pairs"])
        with fileio.open(os.path.join(pairs.uri, PAIRS_FILE)) as file:
            counts = json.load(file)
        metrics = {
            "chance": counts["chance"],
            "ceiling": counts["ceiling"],
            "colour_histogram": _measure_colour_histogram(
                input_dict["examples"],
                pairs,
                exec_properties["max_train_examples"],
                exec_properties["seed"],
            ),
        }
        write_metrics(artifact_utils.get_single_uri(output_dict["evaluation"]), metrics)


def _measure_colour_histogram(
    examples: list[types.Artifact], pairs: types.Artifact, max_train_examples: int, seed: int
) -> dict[str, Any]:
    def without(reason: str) -> dict[str, Any]:
        return {"accuracy": None, "reason": reason}

    chosen = _choose_labelled(examples, max_train_examples, seed)
    if not chosen:
        return without("the train split has no labels")
    frames, sounds, visible, sounding, groups = [], [], [], [], []
    for example in tqdm(
        read_examples(examples, "train"),
        total=count_examples(examples, "train"),
        desc="Baseline: train",
        unit="example",
        disable=None,
    ):
        if example_fields.example_key(example) in chosen:
            frames.append(colour_histogram(example[contract.IMAGE][0]))
            sounds.append(mean_log_spectrum(example[contract.AUDIO][0]))
            visible.append(example_fields.visible_labels(example))
            sounding.append(example_fields.label(example))
            groups.append(example_fields.group(example))
    try:
        baseline = ClassAgreement(seed).fit(
            np.stack(frames), np.stack(sounds), visible, sounding, groups
        )
    except ValueError as error:
        return without(f"the train split does not suffice: {error}")

    (split,) = artifact_utils.decode_split_names(pairs.split_names)
    pair_frames, pair_sounds, truth = [], [], []
    for pair in tqdm(
        read_examples([pairs], split),
        total=count_examples([pairs], split),
        desc="Baseline: pairs",
        unit="pair",
        disable=None,
    ):
        pair_frames.append(colour_histogram(pair[contract.IMAGE][0]))
        pair_sounds.append(mean_log_spectrum(pair[contract.AUDIO][0]))
        truth.append(bool(pair[contract.AVC_LABEL][0]))
    predicted = baseline.predict(np.stack(pair_frames), np.stack(pair_sounds))
    return {
        "accuracy": float((predicted == np.array(truth)).mean()),
        "threshold": baseline.threshold,
        "num_train_examples": len(frames),
        "num_pairs": len(truth),
    }


def _choose_labelled(examples: list[types.Artifact], count: int, seed: int) -> set[str]:
    """Chooses labelled examples of the train split by the hash of their key: always the same."""
    keys = {
        example_fields.example_key(example)
        for example in read_examples(examples, "train")
        if example_fields.label(example)
    }
    return set(heapq.nsmallest(count, keys, key=lambda key: (stable_hash(seed, key), key)))
