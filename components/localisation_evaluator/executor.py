"""The work of LocalisationEvaluator."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from tfx import types
from tfx.dsl.components.base import base_executor
from tfx.dsl.io import fileio
from tfx.types import artifact_utils
from tqdm import tqdm

from components.evaluation import example_fields
from components.evaluation.choose_varied import choose_varied
from components.evaluation.localisation import box_area, centre_hit, pointing_hit
from components.evaluation.media_files import write_jpeg, write_wav
from components.evaluation.mismatched_sounds import mismatched_sounds
from components.evaluation.read_examples import read_examples
from components.evaluation.saved_model import SavedModel
from components.evaluation.stable_hash import stable_hash
from components.evaluation.write_metrics import write_json, write_metrics
from components.localisation_evaluator.overlay import draw_overlay
from models import examples as contract

SAMPLES_FILE = "samples.json"

_NUM_SAMPLES = 8
_DARK = 0.2
"""Maps that stay below this are drawn on its scale, so that darkness looks dark."""

Example = dict[str, list]
Maps = list[dict[str, np.ndarray]]


class Executor(base_executor.BaseExecutor):
    """Localises with right and wrong sounds and compares with the boxes."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Writes localisation's figures and sample pictures.

        Args:
            input_dict: `examples`, artifacts of type Examples, and `model`, one of type Model.
            output_dict: `evaluation`, one artifact of type Evaluation.
            exec_properties: `max_examples`, `seed`, `split` and `batch_size`.

        Raises:
            ValueError: a map is not finite, or the split is empty.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        seed = exec_properties["seed"]
        model = SavedModel(artifact_utils.get_single_uri(input_dict["model"]))
        folder = artifact_utils.get_single_uri(output_dict["evaluation"])
        examples = _load(
            input_dict["examples"], exec_properties["split"], exec_properties["max_examples"], seed
        )
        wrong = _wrong_sounds(examples, seed)
        batch_size = exec_properties["batch_size"]
        right_maps = _localise(model, examples, examples, batch_size, "right sound")
        wrong_maps = _localise(model, examples, wrong, batch_size, "wrong sound") if wrong else None
        write_metrics(folder, _metrics(examples, right_maps, wrong_maps))
        samples = _write_samples(folder, examples, right_maps, wrong, wrong_maps)
        write_json(os.path.join(folder, SAMPLES_FILE), samples)


def _load(artifacts: list[types.Artifact], split: str, count: int, seed: int) -> list[Example]:
    """Loads examples with boxes, or a few to show where none has one."""
    keys, labels, groups, boxed = [], [], [], []
    for example in read_examples(artifacts, split):
        keys.append(example_fields.example_key(example))
        labels.append(example_fields.label(example))
        groups.append(example_fields.group(example))
        boxed.append(bool(example.get(contract.BOX)))
    if not keys:
        raise ValueError(f"the split {split!r} holds no examples to localise in")
    if any(boxed):
        candidates = [key for key, has_box in zip(keys, boxed, strict=True) if has_box]
        candidates.sort(key=lambda key: (stable_hash(seed, key), key))
        chosen = set(candidates[:count])
    else:
        rows = choose_varied(keys, labels, groups, _NUM_SAMPLES, "localisation")
        chosen = {keys[row] for row in rows}
    found = {}
    for example in read_examples(artifacts, split):
        key = example_fields.example_key(example)
        if key in chosen:
            found[key] = example
    return [found[key] for key in sorted(found)]


def _wrong_sounds(examples: list[Example], seed: int) -> list[Example] | None:
    """Chooses for each example one whose sound is of another class, or at least another group."""
    labels = [example_fields.label(example) for example in examples]
    others = labels if all(labels) else [example_fields.group(example) for example in examples]
    if len(set(others)) < 2:
        return None
    by_key = {example_fields.example_key(example): example for example in examples}
    chosen = mismatched_sounds(list(by_key), others, seed)
    return [by_key[chosen[key]] for key in by_key]


def _localise(
    model: SavedModel,
    frames: Sequence[Example],
    sounds: Sequence[Example],
    batch_size: int,
    what: str,
) -> Maps:
    maps: Maps = []
    with tqdm(total=len(frames), desc=f"Localisation: {what}", unit="example", disable=None) as bar:
        for start in range(0, len(frames), batch_size):
            rows = slice(start, start + batch_size)
            outputs = model.call(
                "localise",
                {
                    "image": [example[contract.IMAGE][0] for example in frames[rows]],
                    "audio": [example[contract.AUDIO][0] for example in sounds[rows]],
                },
            )
            batch = len(outputs["score"])
            maps += [{name: value[i] for name, value in outputs.items()} for i in range(batch)]
            bar.update(batch)
    return maps


def _metrics(examples: list[Example], right: Maps, wrong: Maps | None) -> dict[str, Any]:
    boxes = [example.get(contract.BOX, []) for example in examples]
    if not all(boxes):
        return {
            "num_examples": 0,
            "pointing_accuracy": None,
            "centre_baseline": None,
            "random_baseline": None,
            "wrong_sound_pointing_accuracy": None,
            "reason": "no example has a box of the object that sounds",
        }
    return {
        "num_examples": len(examples),
        "pointing_accuracy": _pointing_accuracy(right, boxes),
        "centre_baseline": float(np.mean([centre_hit(box) for box in boxes])),
        "random_baseline": float(np.mean([box_area(box) for box in boxes])),
        "wrong_sound_pointing_accuracy": _pointing_accuracy(wrong, boxes) if wrong else None,
    }


def _pointing_accuracy(maps: Maps, boxes: list) -> float:
    hits = [
        pointing_hit(one["heatmap"], one["crop_box"], box)
        for one, box in zip(maps, boxes, strict=True)
    ]
    return float(np.mean(hits))


def _write_samples(
    folder: str,
    examples: list[Example],
    right_maps: Maps,
    wrong: list[Example] | None,
    wrong_maps: Maps | None,
) -> list[dict[str, Any]]:
    rows = choose_varied(
        [example_fields.example_key(example) for example in examples],
        [example_fields.label(example) for example in examples],
        [example_fields.group(example) for example in examples],
        _NUM_SAMPLES,
        "localisation",
    )
    fileio.makedirs(os.path.join(folder, "samples"))
    samples = []
    for number, row in enumerate(rows):
        example = examples[row]
        sample: dict[str, Any] = {
            "video_id": example_fields.video_id(example),
            "time": example[contract.VIDEO_TIME][0],
            "label": example_fields.label(example) or None,
            "right": None,
            "wrong": None,
        }
        shown = {"right": (example, right_maps[row])}
        if wrong is not None and wrong_maps is not None:
            shown["wrong"] = (wrong[row], wrong_maps[row])
        # One scale for both, so that the two maps can be compared by eye.
        scale = max(_DARK, *(float(maps["heatmap"].max()) for _, maps in shown.values()))
        for name, (sound, maps) in shown.items():
            box = example.get(contract.BOX) or None
            stem = f"samples/{number:02d}_{name}"
            picture = draw_overlay(
                example[contract.IMAGE][0], maps["heatmap"], maps["crop_box"], box, scale
            )
            write_jpeg(os.path.join(folder, f"{stem}.jpg"), picture)
            write_wav(
                os.path.join(folder, f"{stem}.wav"),
                sound[contract.AUDIO][0],
                sound[contract.AUDIO_SAMPLE_RATE][0],
            )
            sample[name] = {
                "overlay": f"{stem}.jpg",
                "sound": f"{stem}.wav",
                "sound_label": example_fields.label(sound) or None,
                "score": float(maps["score"]),
                "peak": float(maps["heatmap"].max()),
                "hit": pointing_hit(maps["heatmap"], maps["crop_box"], box) if box else None,
            }
        samples.append(sample)
    return samples
