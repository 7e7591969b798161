"""Pictures and sound with the statistics of camera footage, made from a seed."""

from __future__ import annotations

import numpy as np

WIDTH, HEIGHT, FPS = 854, 480, 30
SOUND_RATE = 44100

_BIT = 24  # pixels: side of a block of the burnt-in frame number
_BITS = 13
_LEAVES = 500
_OBJECTS = 4
_NOISE = 7.0  # standard deviation of the texture, likewise of the grain, in steps of 8-bit luma
_GRAIN = 1.5


class Scene:
    """A hand-held camera that moves over a textured background with moving objects in front.

    Background and objects are a dead leaves image (occluding patches of all sizes: the edges of
    natural pictures) plus 1/f noise (their texture). Both are held at twice the resolution, so
    that they move by half pixels. Film grain is new in every frame. Each frame carries its number.
    """

    def __init__(self, seed: int):
        """Paints background and objects."""
        random = np.random.default_rng(seed)
        self._random = random
        # Planes Y, U, V; chroma has half the resolution.
        self._background = [_texture(random, 2 * HEIGHT + 640, 2 * WIDTH + 640)]
        self._background += [_texture(random, HEIGHT + 320, WIDTH + 320, 0.3) for _ in range(2)]
        self._grain = random.normal(0, _GRAIN, (HEIGHT + 64, WIDTH + 64)).round().astype(np.int16)
        self._phase = random.uniform(0, 2 * np.pi, (1 + _OBJECTS, 2, 3))
        self._sizes = random.integers(50, 130, (_OBJECTS, 2)) & ~1
        self._tints = random.integers(-50, 50, (_OBJECTS, 3))

    def frame(self, number: int) -> np.ndarray:
        """Frame `number` of the scene, with its number burnt in.

        Returns:
            uint8 [HEIGHT * 3 / 2, WIDTH], planar YUV 4:2:0.
        """
        time = number / FPS
        y, x = (int(place) for place in 320 + 300 * self._path(0, time))
        luma = self._background[0][y : y + 2 * HEIGHT : 2, x : x + 2 * WIDTH : 2].astype(np.int16)
        chroma = [
            plane[y // 2 : y // 2 + HEIGHT : 2, x // 2 : x // 2 + WIDTH : 2].copy()
            for plane in self._background[1:]
        ]
        for k in range(_OBJECTS):
            self._draw(k, time, luma, chroma)
        y, x = self._random.integers(0, 64, 2)
        luma += self._grain[y : y + HEIGHT, x : x + WIDTH]
        planes = [np.clip(luma, 16, 235).astype(np.uint8), *chroma]
        _burn(planes, number)
        return np.concatenate([plane.reshape(-1) for plane in planes]).reshape(-1, WIDTH)

    def _path(self, who: int, time: float) -> np.ndarray:
        """Place at a time, (y, x) in -1..1: a slow way with a little shaking."""
        angles = np.array([0.5, 1.1, 7.0]) * time + self._phase[who]
        return np.sin(angles) @ np.array([0.6, 0.35, 0.02])

    def _draw(self, k: int, time: float, luma: np.ndarray, chroma: list[np.ndarray]) -> None:
        """An elliptic piece of the mirrored background, on a path of its own."""
        height, width = self._sizes[k]
        y = int((HEIGHT - height) / 2 * (1 + self._path(1 + k, 2 * time)[0])) & ~1
        x = int((WIDTH - width) / 2 * (1 + self._path(1 + k, 2 * time)[1])) & ~1
        rows, columns = np.ogrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
        inside = rows**2 + columns**2 < 1
        offset = 200 * k
        piece = self._background[0][offset : offset + height, offset : offset + width]
        piece = piece.astype(np.int16)
        target = luma[y : y + height, x : x + width]
        target[inside] = piece[::-1, ::-1][inside] + self._tints[k, 0]
        for plane, tint in zip(chroma, self._tints[k, 1:], strict=True):
            plane[y // 2 : (y + height) // 2, x // 2 : (x + width) // 2][inside[::2, ::2]] = (
                128 + tint
            )


def read_number(luma: np.ndarray) -> int:
    """The number burnt into a picture, from its luma [height, width] at any scale."""
    scale = luma.shape[0] / HEIGHT
    middle, reach = scale * _BIT / 2, max(1, round(scale * _BIT / 4))
    number = 0
    for bit in range(_BITS):
        y, x = round(middle), round(middle * (2 * bit + 1))
        block = luma[y - reach : y + reach, x - reach : x + reach]
        number |= int(block.mean() > 128) << bit
    return number


def make_sound(seed: int, seconds: float) -> np.ndarray:
    """Coloured noise that swells, with notes: float32 stereo [2, n] at SOUND_RATE."""
    random = np.random.default_rng(seed)
    samples = round(seconds * SOUND_RATE)
    time = np.arange(samples) / SOUND_RATE
    spectrum = np.fft.rfft(random.normal(size=(2, samples)))
    spectrum /= np.sqrt(1 + np.arange(spectrum.shape[1]) / seconds / 100)
    noise = np.fft.irfft(spectrum, samples)
    swell = np.interp(time, np.arange(0, seconds + 1), random.uniform(0.2, 1, int(seconds) + 1))
    pitches = np.repeat(220 * 2 ** (random.integers(0, 25, int(4 * seconds) + 1) / 12), 11025)
    notes = np.sin(2 * np.pi * np.cumsum(pitches[:samples]) / SOUND_RATE)
    sound = 0.1 * swell * noise / noise.std() + 0.1 * notes
    return sound.astype(np.float32)


def _texture(random: np.random.Generator, height: int, width: int, contrast: float = 1.0):
    """Dead leaves and 1/f noise around mid-grey: uint8 [height, width]."""
    picture = np.zeros((height, width), np.float32)
    # Radii by the inverse cubic law that makes dead leaves invariant to scale.
    radii = np.sort(12 / np.sqrt(random.uniform(0.002, 1, _LEAVES)))[::-1].astype(int)
    for radius in radii:
        y, x = random.integers(0, height), random.integers(0, width)
        top, left = max(0, y - radius), max(0, x - radius)
        part = picture[top : y + radius, left : x + radius]
        rows = np.arange(top, top + part.shape[0])[:, None] - y
        columns = np.arange(left, left + part.shape[1])[None] - x
        part[rows**2 + 2 * columns**2 < radius**2] = random.normal(0, 45)
    frequency = np.hypot(
        np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None], dtype=np.float32
    )
    frequency[0, 0] = np.inf
    noise = np.fft.irfft2(np.fft.rfft2(random.normal(size=(height, width))) / frequency)
    noise = noise[:height, :width]
    picture[:, : noise.shape[1]] += _NOISE * noise / noise.std()
    return np.clip(128 + contrast * picture, 16, 235).astype(np.uint8)


def _burn(planes: list[np.ndarray], number: int) -> None:
    for bit in range(_BITS):
        planes[0][:_BIT, bit * _BIT : (bit + 1) * _BIT] = 235 if number >> bit & 1 else 16
    for plane in planes[1:]:
        plane[: _BIT // 2, : _BITS * _BIT // 2] = 128
