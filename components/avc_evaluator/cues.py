"""Measures what a model uses: its accuracy on pairs from which something is taken away."""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Callable

import numpy as np
import simplejpeg
from tqdm import tqdm

from objects_that_sound.components.avc_evaluator.changed_media import (
    Box,
    grey,
    shuffle_blocks,
    shuffle_sound,
)
from objects_that_sound.components.avc_evaluator.evaluator import BLOCKS, CUES, AvcOptions
from objects_that_sound.components.evaluation import example_fields
from objects_that_sound.components.evaluation.read_examples import batched, read_examples, splits
from objects_that_sound.components.evaluation.saved_model import SavedModel
from objects_that_sound.models import examples as contract

_SCORE = "score"


@dataclasses.dataclass(frozen=True)
class CueScores:
    """Scores of the first pairs of a split, one row a pair.

    Attributes:
        scores: by name of the metric in `CUES`, float64[n].
        block_pixels: side of the blocks in pixels as the model sees them, by their number along a
            side.
    """

    scores: dict[str, np.ndarray]
    block_pixels: dict[int, int]


def score_cues(pairs: str, model: SavedModel, options: AvcOptions) -> CueScores:
    """Scores pairs with grey frames, with frames in shuffled blocks, and with shuffled sounds.

    Blocks are cut from the part of the frame that the model sees.

    Args:
        pairs: folder of Examples made by AvcPairGen, whose order is that of a hash.
        model: with the signature `score`, and `describe` if it does not see all of a frame's middle.
        options: how many pairs to score.

    Raises:
        ValueError: the model has not the signature, or a frame is too small for the blocks.
    """
    if _SCORE not in model.signatures:
        raise ValueError(f"the model has no signature {_SCORE!r}")
    (split,) = splits(pairs)
    boxes = functools.cache(lambda height, width: _seen_part(model, height, width))
    scores: dict[str, list[np.ndarray]] = {name: [] for name in CUES}
    pixels: dict[int, int] = {}
    some = itertools.islice(read_examples([pairs], split), options.max_cue_pairs)
    with tqdm(desc="AVC: what the model uses", unit="pair", disable=None) as bar:
        for batch in batched(some, options.batch_size):
            sounds = [pair[contract.AUDIO][0] for pair in batch]
            images = [_frames(pair, model.frames) for pair in batch]
            changed = {
                "avc_grey": (_each(grey, images), sounds),
                "avc_shuffled_sound": (
                    images,
                    [shuffle_sound(sound, options.cue_seed) for sound in sounds],
                ),
            }
            box = boxes(*_size(images[0][0]))
            for name, count in BLOCKS.items():
                shuffled = [
                    [
                        shuffle_blocks(one, count, boxes(*_size(one)), options.cue_seed)
                        for one in frames
                    ]
                    for frames in images
                ]
                changed[name] = (shuffled, sounds)
                pixels[count] = round((box[2] - box[0]) * _size(images[0][0])[0] / count)
            for name, (its_images, its_sounds) in changed.items():
                shown = [one if model.frames > 1 else one[0] for one in its_images]
                inputs = {"image": shown, "audio": its_sounds}
                scores[name].append(model.call(_SCORE, inputs)["score"])
            bar.update(len(batch))
    return CueScores(
        {name: np.concatenate(found).astype(np.float64) for name, found in scores.items()}, pixels
    )


def _frames(pair: dict[str, list], frames: int) -> list[bytes]:
    found = example_fields.image_input(pair, frames)
    return [found] if isinstance(found, bytes) else list(found)


def _each(change: Callable[[bytes], bytes], images: list[list[bytes]]) -> list[list[bytes]]:
    return [[change(one) for one in frames] for frames in images]


def _size(image: bytes) -> tuple[int, int]:
    """Height and width."""
    height, width, _, _ = simplejpeg.decode_jpeg_header(image)
    return height, width


def _seen_part(model: SavedModel, height: int, width: int) -> Box:
    """The part of frames of a size that a model scores: a square in their middle."""
    side = model.seen_share * min(height, width)
    top, left = (height - side) / 2 / height, (width - side) / 2 / width
    return top, left, 1 - top, 1 - left
