"""Writes pictures of some frames under their maps, and the sounds."""

from __future__ import annotations

import os
from typing import Any

import tensorflow as tf

from objects_that_sound.components.evaluation import example_fields
from objects_that_sound.components.evaluation.json_file import write_json
from objects_that_sound.components.evaluation.media_files import write_jpeg, write_wav
from objects_that_sound.components.localisation_evaluator.frames_and_sounds import (
    FramesAndSounds,
    varied_rows,
)
from objects_that_sound.components.localisation_evaluator.localise import Localised
from objects_that_sound.components.localisation_evaluator.map_scores import pointing_hit
from objects_that_sound.components.localisation_evaluator.overlay import draw_overlay
from objects_that_sound.models import examples as contract

SAMPLES_FILE = "samples.json"

_NUM_SAMPLES = 8
_DARK = 0.2
"""Maps that stay below this are drawn on its scale, so that darkness looks dark."""


def write_samples(folder: str, data: FramesAndSounds, localised: Localised) -> None:
    """Writes `samples.json` and, under `samples`, what it names.

    Args:
        folder: folder of the evaluation.
        data: the frames with their own and with wrong sounds.
        localised: their maps.
    """
    tf.io.gfile.makedirs(os.path.join(folder, "samples"))
    samples = []
    for number, row in enumerate(varied_rows(data.examples, _NUM_SAMPLES)):
        example = data.examples[row]
        sample: dict[str, Any] = {
            "video_id": example_fields.video_id(example),
            "time": example[contract.VIDEO_TIME][0],
            "label": example_fields.label(example) or None,
            "right": None,
            "wrong": None,
        }
        shown = {"right": (example, localised.right[row])}
        if data.wrong is not None and localised.wrong is not None:
            shown["wrong"] = (data.wrong[row], localised.wrong[row])
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
    write_json(os.path.join(folder, SAMPLES_FILE), samples)
