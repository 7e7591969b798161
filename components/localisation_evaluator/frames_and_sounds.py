"""The frames to localise in, each with its own sound and with sounds of other things."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from objects_that_sound.components.evaluation import example_fields
from objects_that_sound.components.evaluation.choose_varied import choose_varied
from objects_that_sound.components.evaluation.mismatched_sounds import mismatched_sounds
from objects_that_sound.components.evaluation.read_examples import read_examples
from objects_that_sound.components.evaluation.stable_hash import stable_hash
from objects_that_sound.components.localisation_evaluator.off_screen_sounds import off_screen_sounds
from objects_that_sound.models import examples as contract
from objects_that_sound.models.layers.background_sounds import BackgroundSounds

Example = dict[str, list]

_MAX_NOISES = 256


class FramesAndSounds(NamedTuple):
    """n frames with sounds.

    Attributes:
        examples: the frames and their own sounds; either all have a box or none.
        wrong: for each frame the example whose sound is of another class (of another group where
            classes are not known); None where all are of one.
        sounds: by kind, PCM for each frame, None for a frame that has no such sound: "wrong";
            "silence"; "noise", Gaussian noise of all colours and levels (see `BackgroundSounds`);
            "off_screen", of a class that is not in the frame. Kinds that no frame has are left out.
    """

    examples: list[Example]
    wrong: list[Example] | None
    sounds: dict[str, list[bytes | None]]


def frames_and_sounds(
    folders: Sequence[str], split: str, max_examples: int, seed: int
) -> FramesAndSounds:
    """Chooses frames (those with boxes, if there are any) and their sounds.

    Args:
        folders: folders of Examples.
        split: name of the split.
        max_examples: how many frames at most; they are held in memory.
        seed: of all choices.

    Raises:
        ValueError: the split is empty.
    """
    examples = _load(folders, split, max_examples, seed)
    wrong = _wrong_sounds(examples, seed)
    sounds: dict[str, list[bytes | None]] = {}
    if wrong is not None:
        sounds["wrong"] = [example[contract.AUDIO][0] for example in wrong]
    own = [example[contract.AUDIO][0] for example in examples]
    sounds["silence"] = [bytes(len(pcm)) for pcm in own]
    noises = _noises(min(len(examples), _MAX_NOISES), len(own[0]) // 2, seed)
    sounds["noise"] = [noises[row % len(noises)] for row in range(len(examples))]
    off_screen = _off_screen(examples, seed)
    if any(off_screen):
        sounds["off_screen"] = off_screen
    return FramesAndSounds(examples, wrong, sounds)


def varied_rows(examples: Sequence[Example], count: int) -> list[int]:
    """Chooses the rows of a few varied examples to show."""
    return choose_varied(
        [example_fields.example_key(example) for example in examples],
        [example_fields.label(example) for example in examples],
        [example_fields.group(example) for example in examples],
        count,
        "localisation",
    )


def _load(folders: Sequence[str], split: str, count: int, seed: int) -> list[Example]:
    boxed = {
        example_fields.example_key(example): bool(example.get(contract.BOX))
        for example in read_examples(folders, split)
    }
    if not boxed:
        raise ValueError(f"the split {split!r} holds no examples to localise in")
    candidates = [key for key, has_box in boxed.items() if has_box] or list(boxed)
    candidates.sort(key=lambda key: (stable_hash(seed, key), key))
    chosen = set(candidates[:count])
    found = {}
    for example in read_examples(folders, split):
        key = example_fields.example_key(example)
        if key in chosen:
            found[key] = example
    return [found[key] for key in sorted(found)]


def _wrong_sounds(examples: list[Example], seed: int) -> list[Example] | None:
    labels = [example_fields.label(example) for example in examples]
    others = labels if all(labels) else [example_fields.group(example) for example in examples]
    if len(set(others)) < 2:
        return None
    by_key = {example_fields.example_key(example): example for example in examples}
    chosen = mismatched_sounds(list(by_key), others, seed)
    return [by_key[chosen[key]] for key in by_key]


def _off_screen(examples: list[Example], seed: int) -> list[bytes | None]:
    by_key = {example_fields.example_key(example): example for example in examples}
    chosen = off_screen_sounds(
        list(by_key),
        [example_fields.group(example) for example in examples],
        [example_fields.labels(example) for example in examples],
        [example_fields.visible_labels(example) for example in examples],
        seed,
    )
    return [by_key[chosen[key]][contract.AUDIO][0] if key in chosen else None for key in by_key]


def _noises(count: int, samples: int, seed: int) -> list[bytes]:
    # The layer's first sound is silence.
    noises = np.asarray(BackgroundSounds(count + 1, seed=seed).noise(samples))[1:]
    return [noise.tobytes() for noise in np.round(noises * 32767).astype("<i2")]
