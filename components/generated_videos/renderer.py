"""Draws the frames of a scene."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import numpy as np
from PIL import Image

from components.generated_videos.background import Background
from components.generated_videos.motion import Motion
from components.generated_videos.object_class import CLASSES
from components.generated_videos.scene import Scene
from components.generated_videos.sprite import Sprite

PixelBox = tuple[int, int, int, int]
"""(left, top, right, bottom) in pixels, right and bottom exclusive."""

_TRIES = 20


@dataclasses.dataclass(frozen=True)
class _Actor:
    sprite: Sprite
    motion: Motion
    stage: PixelBox

    def place(self, time: float) -> tuple[Image.Image, PixelBox]:
        picture = self.sprite.at(self.motion.cycles(time))
        width, height = self.sprite.extent
        stage_left, stage_top, stage_right, stage_bottom = self.stage
        room = stage_right - stage_left - width, stage_bottom - stage_top - height
        x, y = self.motion.position(time, room)
        # Centred in the cell of the largest picture, so growing does not shift the object.
        left = int(stage_left + x + (width - picture.width) / 2)
        top = int(stage_top + y + (height - picture.height) / 2)
        return picture, (left, top, left + picture.width, top + picture.height)


class Renderer:
    """Frames and boxes of a scene, at any time."""

    def __init__(self, scene: Scene) -> None:
        self._size = scene.width, scene.height
        short = min(self._size)
        knobs = scene.difficulty
        self._stage = _stage(*self._size, knobs.stage_aspect)
        self._background = Background(*self._size, knobs.background_contrast, scene.rng(2))
        rng = scene.rng(3)
        speed = knobs.speed[0] * short, knobs.speed[1] * short
        self._actors: list[_Actor] = []
        for place, label in enumerate(scene.labels):
            look = scene.rng(4 + place)
            pixels = look.uniform(*knobs.object_size) * short
            sprite = Sprite.render(
                CLASSES[label], pixels, knobs.sway_degrees, knobs.scale_change, look
            )
            self._actors.append(self._choose_motion(sprite, speed, scene.seconds, rng))
        self._order = [int(k) for k in rng.permutation(len(self._actors))]

    def boxes(self, time: float) -> list[PixelBox]:
        """The box of each object, in the order of `scene.labels`; `time` in seconds."""
        return [actor.place(time)[1] for actor in self._actors]

    def frame(self, time: float, objects: Iterable[int] | None = None) -> Image.Image:
        """Draws a frame.

        Args:
            time: in seconds.
            objects: which objects to draw (indices into `scene.labels`); all if None.

        Returns:
            RGB image of the scene's width x height.
        """
        wanted = set(self._order if objects is None else objects)
        image = self._background.at(time)
        for k in self._order:
            if k in wanted:
                picture, box = self._actors[k].place(time)
                image.paste(picture, box[:2], picture)
        return image

    def _choose_motion(
        self, sprite: Sprite, speed: tuple[float, float], seconds: float, rng: np.random.Generator
    ) -> _Actor:
        """Of several motions, takes the one that covers the others least: all stay visible."""
        times = [step / 3 for step in range(int(3 * seconds) + 1)]
        others = [self.boxes(time) for time in times]
        best, least = None, float("inf")
        for _ in range(_TRIES):
            actor = _Actor(sprite, Motion.sample(speed, rng), self._stage)
            overlap = 0.0
            for time, boxes in zip(times, others, strict=True):
                box = actor.place(time)[1]
                overlap = max([overlap, *(_covered(box, other) for other in boxes)])
            if overlap < least:
                best, least = actor, overlap
            if least == 0:
                break
        return best


def _stage(width: int, height: int, aspect: float) -> PixelBox:
    """The central part of the frame that the objects keep to."""
    longest = round(aspect * min(width, height))
    left, top = max(0, (width - longest) // 2), max(0, (height - longest) // 2)
    return left, top, width - left, height - top


def _covered(a: PixelBox, b: PixelBox) -> float:
    """Area that the boxes share, as a fraction of the smaller one."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    return max(0, width) * max(0, height) / min(areas)
