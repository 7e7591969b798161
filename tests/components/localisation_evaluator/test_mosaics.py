"""Frames of one colour each, side by side, and models that point at a colour or at a side."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from objects_that_sound.components.localisation_evaluator.frames_and_sounds import FramesAndSounds
from objects_that_sound.components.localisation_evaluator.mosaics import mosaic_hits, mosaics
from objects_that_sound.models import examples as contract


def _png(colour: int, size: tuple[int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, (colour, colour, colour)).save(buffer, "PNG")
    return buffer.getvalue()


def _example(number: int, size: tuple[int, int] = (8, 8), frames: int = 1) -> dict:
    """Its frame is as bright as its sound is loud."""
    picture = _png(number, size)
    return {
        contract.VIDEO_ID: [b"video%d" % number],
        contract.VIDEO_TIME: [0.0],
        contract.IMAGE: [picture],
        contract.FRAMES: [picture] * frames if frames > 1 else [],
        contract.AUDIO: [bytes([number])],
    }


def _data(count: int, **kinds) -> FramesAndSounds:
    examples = [_example(number, **kinds) for number in range(count)]
    return FramesAndSounds(examples, [*examples[1:], examples[0]], {})


def _pixels(encoded: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(encoded)))[..., 0]


class _Pointer:
    """Points at where a picture is as bright as the sound is loud, or always at the left."""

    def __init__(self, left: bool = False, frames: int = 1):
        self.frames = frames
        self._left = left
        self.batches: list[int] = []

    def call(self, signature, inputs):
        assert signature == "localise"
        self.batches.append(len(inputs["image"]))
        maps = []
        for image, audio in zip(inputs["image"], inputs["audio"], strict=True):
            pixels = _pixels(image[0] if self.frames > 1 else image)
            maps.append(pixels == (pixels[0, 0] if self._left else audio[0]))
        return {
            "heatmap": np.array(maps, np.float32),
            "crop_box": np.tile([0.0, 0.0, 1.0, 1.0], (len(maps), 1)),
            "score": np.ones(len(maps)),
        }


@pytest.mark.parametrize("frames", [1, 3])
def test_a_map_that_follows_the_sound_is_always_right(frames):
    data = _data(10, frames=frames)
    model = _Pointer(frames=frames)
    assert mosaic_hits(model, mosaics(data, 0), 10, 4, "model").tolist() == [1.0] * 10
    assert model.batches == [4, 4, 2]


def test_a_map_that_does_not_is_right_by_chance():
    data = _data(200)
    hits = mosaic_hits(_Pointer(left=True), mosaics(data, 0), 200, 64, "model")
    assert set(hits) == {0.0, 1.0}
    assert 0.4 < hits.mean() < 0.6


def test_the_box_is_the_half_with_the_frame_that_sounds():
    for one in mosaics(_data(20), 3):
        pixels = _pixels(one.example[contract.IMAGE][0])
        height, width = pixels.shape
        ymin, xmin, ymax, xmax = one.box
        inside = pixels[: int(ymax * height), int(xmin * width) : int(xmax * width)]
        assert ymin == 0.0
        assert inside.shape == (8, 8)
        assert set(inside.flat) == {one.row}
        assert (pixels != one.row).sum() == 64


def test_frames_of_any_shape_give_two_equal_squares():
    wide, high = _example(1, (30, 12)), _example(2, (10, 40))
    made = mosaics(FramesAndSounds([wide, high], [high, wide], {}), 0)
    for one in made:
        pixels = _pixels(one.example[contract.IMAGE][0])
        assert pixels.shape == (10, 20)
        assert (pixels == 1).sum() == (pixels == 2).sum() == 100


def test_the_side_depends_on_the_example_alone():
    sides = {one.row: one.box for one in mosaics(_data(20), 0)}
    fewer = _data(7)
    assert {one.row: one.box for one in mosaics(fewer, 0)} == {row: sides[row] for row in range(7)}


def test_there_are_no_more_than_256_evenly_spread():
    example = _example(1)
    many = FramesAndSounds([example] * 600, [example] * 600, {})
    made = mosaics(many, 0)
    assert [one.row for one in made] == list(range(0, 600, 3))
    hits = mosaic_hits(_Pointer(), made, 600, 64, "model")
    assert np.flatnonzero(~np.isnan(hits)).tolist() == list(range(0, 600, 3))


def test_without_other_sounds_there_are_none():
    assert mosaics(FramesAndSounds([_example(1)], None, {}), 0) == []
    assert np.isnan(mosaic_hits(_Pointer(), [], 3, 4, "model")).all()
