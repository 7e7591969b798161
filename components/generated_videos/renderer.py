"""Draws the frames of a scene."""

from __future__ import annotations

from collections.abc import Iterable

from PIL import Image

from objects_that_sound.components.generated_videos.scene import Scene
from objects_that_sound.components.generated_videos.take import PixelBox, Take


class Renderer:
    """Frames and boxes of a scene, at any time."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._takes = [Take(scene, number) for number in range(len(scene.cuts))]

    def boxes(self, time: float) -> list[PixelBox]:
        """The box of each object, in the order of `scene.labels`; `time` in seconds."""
        return self._takes[self._scene.take(time)].boxes(time)

    def frame(self, time: float, objects: Iterable[int] | None = None) -> Image.Image:
        """Draws a frame.

        Args:
            time: in seconds.
            objects: which objects to draw (indices into `scene.labels`); all if None.

        Returns:
            RGB image of the scene's width x height.
        """
        return self._takes[self._scene.take(time)].frame(time, objects)
