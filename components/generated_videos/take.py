"""One uncut part of a video."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import numpy as np
from PIL import Image

from objects_that_sound.components.generated_videos.background import Background
from objects_that_sound.components.generated_videos.motion import Motion
from objects_that_sound.components.generated_videos.object_class import CLASSES
from objects_that_sound.components.generated_videos.scene import Scene
from objects_that_sound.components.generated_videos.sprite import Sprite

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


class Take:
    """Background and objects of one take; times are those of the whole video, in seconds."""

    def __init__(self, scene: Scene, number: int) -> None:
        self._size = scene.width, scene.height
        short = min(self._size)
        knobs = scene.difficulty
        stage = _stage(*self._size, knobs.stage_aspect)
        self._background = Background(
            *self._size, knobs.background_contrast, scene.rng("background", number)
        )
        ends = [*scene.cuts[1:], scene.seconds]
        self._start = scene.cuts[number]
        times = np.linspace(self._start, ends[number], 5)
        rng = scene.rng("motion", number)
        speed = knobs.speed[0] * short, knobs.speed[1] * short
        self._actors: list[_Actor] = []
        for place, label in enumerate(scene.labels):
            look = scene.rng(f"look {place}", number)
            pixels = look.uniform(*knobs.object_size) * short
            sprite = Sprite(CLASSES[label], pixels, knobs.sway_degrees, knobs.scale_change, look)
            tries = (_Actor(sprite, Motion.sample(speed, rng), stage) for _ in range(_TRIES))
            self._actors.append(self._least_covering(tries, times))
        self._order = [int(k) for k in rng.permutation(len(self._actors))]

    def boxes(self, time: float) -> list[PixelBox]:
        """The box of each object, in the order of `scene.labels`."""
        return [actor.place(time - self._start)[1] for actor in self._actors]

    def frame(self, time: float, objects: Iterable[int] | None = None) -> Image.Image:
        """Draws a frame with some or (if None) all objects, see `Renderer.frame`."""
        wanted = set(self._order if objects is None else objects)
        image = self._background.at(time - self._start)
        for k in self._order:
            if k in wanted:
                picture, box = self._actors[k].place(time - self._start)
                image.paste(picture, box[:2], picture)
        return image

    def _least_covering(self, actors: Iterable[_Actor], times: np.ndarray) -> _Actor:
        """Of several motions the one that covers the others least, so that all stay visible."""
        others = [(time, self.boxes(time)) for time in times]

        def overlap(actor: _Actor) -> float:
            worst = 0.0
            for time, boxes in others:
                box = actor.place(time - self._start)[1]
                worst = max([worst, *(_covered(box, other) for other in boxes)])
            return worst

        # The first that covers nothing, else the best: `min` alone would try them all.
        tried: list[tuple[float, int, _Actor]] = []
        for actor in actors:
            tried.append((overlap(actor), len(tried), actor))
            if tried[-1][0] == 0:
                break
        return min(tried)[2]


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
