"""Two frames side by side, one of which makes the sound."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image
from tqdm import tqdm

from objects_that_sound.components.evaluation import example_fields
from objects_that_sound.components.evaluation.localise_batch import localise_batch
from objects_that_sound.components.evaluation.saved_model import SavedModel
from objects_that_sound.components.evaluation.stable_hash import stable_hash
from objects_that_sound.components.localisation_evaluator.frames_and_sounds import (
    Example,
    FramesAndSounds,
)
from objects_that_sound.components.localisation_evaluator.map_scores import pointing_hit
from objects_that_sound.models import examples as contract

CHANCE = 0.5
"""Share of the mosaics in which a point by chance is in the right frame."""

_MAX_MOSAICS = 256
_HALVES = ((0.0, 0.0, 1.0, 0.5), (0.0, 0.5, 1.0, 1.0))
"""Left and right, as ymin, xmin, ymax, xmax in units of the mosaic."""


class Mosaic(NamedTuple):
    """A picture of two frames.

    Attributes:
        row: number of the frame whose sound is heard.
        example: the mosaic in place of the frame, and the sound.
        box: half of the mosaic with that frame: ymin, xmin, ymax, xmax.
    """

    row: int
    example: Example
    box: tuple[float, float, float, float]


def mosaics(data: FramesAndSounds, seed: int) -> list[Mosaic]:
    """Puts frames beside those of the wrong sounds, at the left or the right by chance.

    This is the grid pointing game (Böhle et al., "Convolutional Dynamic Alignment Networks", CVPR
    2021) with two frames: it needs no boxes, so that places can be judged on any videos. The
    middle squares of the frames are taken.

    Args:
        data: frames, and for each the example whose sound is wrong.
        seed: of the sides.

    Returns:
        As many as there are frames, and at most 256, of frames that are evenly spread; none if all
        sounds are of one class or group.
    """
    if data.wrong is None:
        return []
    every = -(-len(data.examples) // _MAX_MOSAICS)
    made = []
    for row in range(0, len(data.examples), every):
        example, other = data.examples[row], data.wrong[row]
        side = stable_hash(seed, "side", example_fields.example_key(example)) % 2
        fields = {
            name: [
                _beside(own, wrong, side)
                for own, wrong in zip(example[name], other[name], strict=True)
            ]
            for name in (contract.IMAGE, contract.FRAMES)
            if example.get(name)
        }
        made.append(Mosaic(row, example | fields, _HALVES[side]))
    return made


def mosaic_hits(
    model: SavedModel, of: Sequence[Mosaic], count: int, batch_size: int, what: str
) -> np.ndarray:
    """Finds out in how many mosaics the map's peak is in the frame that makes the sound.

    Args:
        model: with the signature `localise`.
        of: mosaics.
        count: number of all frames.
        batch_size: mosaics a call of the model.
        what: name of the model, for the progress bar.

    Returns:
        float[count], by number of the frame; NaN for frames that are in no mosaic.
    """
    hits = np.full(count, np.nan)
    bar = tqdm(of, desc=f"Mosaics: {what}", unit="mosaic", disable=None)
    for start in range(0, len(of), batch_size):
        batch = of[start : start + batch_size]
        maps = localise_batch(
            model,
            [example_fields.image_input(one.example, model.frames) for one in batch],
            [one.example[contract.AUDIO][0] for one in batch],
        )
        for one, found in zip(batch, maps, strict=True):
            hits[one.row] = pointing_hit(found["heatmap"], found["crop_box"], one.box)
        bar.update(len(batch))
    bar.close()
    return hits


def _beside(own: bytes, other: bytes, side: int) -> bytes:
    pictures = [_square(own), _square(other)]
    length = min(picture.width for picture in pictures)
    mosaic = Image.new("RGB", (2 * length, length))
    for place, picture in ((side, pictures[0]), (1 - side, pictures[1])):
        mosaic.paste(picture.resize((length, length)), (place * length, 0))
    buffer = io.BytesIO()
    mosaic.save(buffer, "PNG")
    return buffer.getvalue()


def _square(encoded: bytes) -> Image.Image:
    frame = Image.open(io.BytesIO(encoded)).convert("RGB")
    length = min(frame.size)
    left, top = (frame.width - length) // 2, (frame.height - length) // 2
    return frame.crop((left, top, left + length, top + length))
