"""A model's maps and scores of frames with all their sounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from objects_that_sound.components.evaluation import example_fields
from objects_that_sound.components.evaluation.localise_batch import Map, localise_batch
from objects_that_sound.components.evaluation.saved_model import SavedModel
from objects_that_sound.components.localisation_evaluator.frames_and_sounds import FramesAndSounds
from objects_that_sound.models import examples as contract


class Localised(NamedTuple):
    """A model's answers.

    Attributes:
        right: maps of the frames with their own sounds.
        wrong: maps with the wrong sounds, None where there are none.
        scores: float[n] by kind of sound: "true", and those of `FramesAndSounds.sounds`; NaN for a
            frame that has no such sound.
        peaks: float[n], largest values of the maps, likewise.
    """

    right: list[Map]
    wrong: list[Map] | None
    scores: dict[str, np.ndarray]
    peaks: dict[str, np.ndarray]


def localise(model: SavedModel, data: FramesAndSounds, batch_size: int, what: str) -> Localised:
    """Localises all sounds in their frames.

    Args:
        model: with the signature `localise`.
        data: frames and sounds.
        batch_size: frames a call of the model.
        what: names the model in the progress bar.

    Raises:
        ValueError: a score is not finite, or an example has not the frames that the model looks at.
    """
    own = [example[contract.AUDIO][0] for example in data.examples]
    kinds: dict[str, Sequence[bytes | None]] = {"true": own, **data.sounds}
    total = sum(sound is not None for sounds in kinds.values() for sound in sounds)
    maps: dict[str, list[Map]] = {}
    scores, peaks = {}, {}
    with tqdm(total=total, desc=f"Localisation: {what}", unit="sound", disable=None) as bar:
        for kind, sounds in kinds.items():
            there = [(row, sound) for row, sound in enumerate(sounds) if sound is not None]
            scores[kind] = np.full(len(sounds), np.nan)
            peaks[kind] = scores[kind].copy()
            for start in range(0, len(there), batch_size):
                batch = there[start : start + batch_size]
                images = [
                    example_fields.image_input(data.examples[row], model.frames) for row, _ in batch
                ]
                found = localise_batch(model, images, [sound for _, sound in batch])
                rows = [row for row, _ in batch]
                scores[kind][rows] = [one["score"] for one in found]
                peaks[kind][rows] = [one["heatmap"].max() for one in found]
                if kind in ("true", "wrong"):
                    maps.setdefault(kind, []).extend(found)
                bar.update(len(batch))
            if not np.isfinite(scores[kind][[row for row, _ in there]]).all():
                raise ValueError(
                    f"the model's scores of {kind} sounds hold NaN or infinity: its training diverged"
                )
    return Localised(maps["true"], maps.get("wrong"), scores, peaks)
