"""Models' maps of all samples."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from objects_that_sound.components.evaluation.localise_batch import localise_batch
from objects_that_sound.components.evaluation.model import Model
from objects_that_sound.components.localisation_benchmark_evaluator.enlarge import enlarge
from objects_that_sound.components.localisation_benchmark_evaluator.sample import SIDE
from objects_that_sound.components.localisation_benchmark_evaluator.usable_samples import (
    UsableSamples,
)


class Look(NamedTuple):
    """A small map, and the part of the picture that it covers.

    Attributes:
        heatmap: float[h, w].
        crop_box: float[4], ymin, xmin, ymax, xmax.
    """

    heatmap: np.ndarray
    crop_box: np.ndarray

    def square(self) -> np.ndarray:
        """The map on the square that all maps are compared on; see `enlarge`."""
        return enlarge(self.heatmap, self.crop_box)


def look(
    model: Model,
    data: UsableSamples,
    batch_size: int,
    what: str,
) -> dict[str, list[Look | None]]:
    """Lets a model look at all samples with all their sounds.

    Args:
        model: model with the signature `localise`.
        data: samples and sounds.
        batch_size: pictures a call.
        what: name of the model in the progress bar.

    Returns:
        By kind of sound ("own" and those of `UsableSamples.sounds`), for each sample the map, None
        where there is no such sound.

    Raises:
        ValueError: a map is not finite.
    """
    own: list[bytes | None] = [media.sound for media in data.media]
    kinds = {"own": own, **data.sounds}
    total = sum(sound is not None for sounds in kinds.values() for sound in sounds)
    looks: dict[str, list[Look | None]] = {}
    with tqdm(total=total, desc=f"Benchmark: {what}", unit="sound", disable=None) as bar:
        for kind, sounds in kinds.items():
            looks[kind] = [None] * len(sounds)
            there = [row for row, sound in enumerate(sounds) if sound is not None]
            for start in range(0, len(there), batch_size):
                rows = there[start : start + batch_size]
                pictures = [data.media[row].picture for row in rows]
                heard = [sounds[row] or b"" for row in rows]
                for row, found in zip(rows, localise_batch(model, pictures, heard), strict=True):
                    if not np.isfinite(found["heatmap"]).all():
                        raise ValueError(
                            "a map of the model holds NaN or infinity: its training diverged"
                        )
                    looks[kind][row] = Look(found["heatmap"], found["crop_box"])
                bar.update(len(rows))
    return looks


def centred_box(count: int) -> list[Look | None]:
    """Makes the maps of one who always marks a centred square, as large as the rule wants."""
    centres = np.abs((np.arange(SIDE) + 0.5) / SIDE - 0.5)
    square = 1.0 - np.maximum(centres[:, None], centres)
    return [Look(square, np.array([0.0, 0.0, 1.0, 1.0]))] * count
