"""Frames and sounds of a batch are embedded alike, whoever asks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from objects_that_sound.components.evaluation.embed_batch import embed_batch
from objects_that_sound.components.evaluation.saved_model import SavedModel
from objects_that_sound.models.examples import make_example, read_example


def _examples(make_features) -> list[dict]:
    made = [make_example(make_features(0, 0.0, kind)) for kind in (2, 0)]
    return [read_example(example.SerializeToString()) for example in made]


def test_vectors_are_in_the_order_of_the_examples(toy_model, make_features):
    image, audio = embed_batch(SavedModel(toy_model.uri), _examples(make_features))
    assert image.argmax(1).tolist() == audio.argmax(1).tolist() == [2, 0]


class _Model:
    """Looks at some frames; one of its embeddings diverged."""

    def __init__(self, frames: int = 1, bad: str = ""):
        self.frames = frames
        self._bad = f"embed_{bad}"

    def call(self, signature: str, inputs: dict[str, Any]) -> dict[str, np.ndarray]:
        [media] = inputs.values()
        value = np.nan if signature == self._bad else 1.0
        return {"embedding": np.full([len(media), 2], value, np.float32)}


@pytest.mark.parametrize("kind", ["image", "audio"])
def test_embeddings_that_are_not_finite_are_an_error(kind, make_features):
    with pytest.raises(ValueError, match=f"model's {kind} embeddings hold NaN"):
        embed_batch(_Model(bad=kind), _examples(make_features))


def test_examples_need_the_frames_that_the_model_looks_at(make_features):
    with pytest.raises(ValueError, match="looks at 3 frames, but there are 1"):
        embed_batch(_Model(frames=3), _examples(make_features))
