"""What is behind the objects."""

from __future__ import annotations

import numpy as np
from PIL import Image

from objects_that_sound.components.generated_videos.motion import Motion
from objects_that_sound.components.generated_videos.palette import random_colour

_MARGIN = 0.25


class Background:
    """A pattern in two colours, larger than the frame, over which the frame slowly pans."""

    def __init__(
        self, width: int, height: int, contrast: tuple[float, float], rng: np.random.Generator
    ) -> None:
        """Draws the pattern.

        Args:
            width: of the frame, in pixels.
            height: of the frame, in pixels.
            contrast: range of the difference between the two colours, 0..1.
            rng: decides pattern, colours and motion.
        """
        self._size = width, height
        self._room = round(_MARGIN * width), round(_MARGIN * height)
        shape = height + self._room[1], width + self._room[0]
        mix = _PATTERNS[int(rng.integers(len(_PATTERNS)))](shape, min(width, height), rng)
        base = np.array(random_colour(rng, (0.25, 0.6), (0.0, 0.5)), np.float32)
        other = np.array(random_colour(rng, (0.1, 0.9), (0.0, 0.5)), np.float32)
        strength = rng.uniform(*contrast)
        away = other - base
        away *= 255 * strength / max(float(np.abs(away).mean()), 1.0)
        pixels = base + away * (mix[..., None] - 0.5)
        self._image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
        self._motion = Motion.sample((0.0, 0.08 * min(width, height)), rng)

    def at(self, time: float) -> Image.Image:
        """The background of a frame, RGB of width x height, a fresh copy; `time` in seconds."""
        x, y = (round(p) for p in self._motion.position(time, self._room))
        return self._image.crop((x, y, x + self._size[0], y + self._size[1]))


def _coordinates(shape: tuple[int, int], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    angle = rng.uniform(0, np.pi)
    return x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)


def _gradient(shape: tuple[int, int], short_side: int, rng: np.random.Generator) -> np.ndarray:
    along, _ = _coordinates(shape, rng)
    return (along - along.min()) / (along.max() - along.min())


def _blotches(shape: tuple[int, int], short_side: int, rng: np.random.Generator) -> np.ndarray:
    cells = int(rng.integers(4, 12))
    coarse = Image.fromarray(rng.random((cells, cells), dtype=np.float32))
    return np.asarray(coarse.resize(shape[::-1], Image.Resampling.BICUBIC))


def _checkers(shape: tuple[int, int], short_side: int, rng: np.random.Generator) -> np.ndarray:
    along, across = _coordinates(shape, rng)
    cell = rng.uniform(0.12, 0.3) * short_side
    return ((along // cell + across // cell) % 2).astype(np.float32)


def _stripes(shape: tuple[int, int], short_side: int, rng: np.random.Generator) -> np.ndarray:
    along, _ = _coordinates(shape, rng)
    period = rng.uniform(0.15, 0.4) * short_side
    return (0.5 + 0.5 * np.clip(3 * np.sin(2 * np.pi * along / period), -1, 1)).astype(np.float32)


_PATTERNS = (_gradient, _blotches, _checkers, _stripes)
