"""Global statistics of a frame: what can be said of it without knowing where anything is."""

from __future__ import annotations

import functools

import numpy as np
import simplejpeg

NUM_STATISTICS = 36
_SMALLEST_SIDE = 64
"""Pixels. JPEG decodes larger frames at a fraction of their size, which costs a fraction."""
_RINGS = 12


def image_statistics(image: bytes) -> np.ndarray:
    """Computes brightness, contrast, colour and radial spectrum of a frame.

    Args:
        image: an encoded JPEG.

    Returns:
        float32[36]: mean and deviation of red, green and blue; deviation and five quantiles of the
        brightness; mean, deviation and largest tenth of saturation and of the two opponent colours;
        energies of horizontal and vertical edges and their ratio; and the logarithms of the power
        in twelve rings of the brightness's spectrum, from low to high frequencies.

    Raises:
        ValueError: not a JPEG.
    """
    pixels = simplejpeg.decode_jpeg(
        image, colorspace="RGB", min_height=_SMALLEST_SIDE, min_width=_SMALLEST_SIDE
    )  # [height, width, 3]
    planes = np.ascontiguousarray(pixels.transpose(2, 0, 1), np.float32) / np.float32(255)
    red, green, blue = planes
    brightness = planes.mean(0)  # [height, width]
    saturation = planes.max(0) - planes.min(0)
    down, right = np.diff(brightness, axis=0), np.diff(brightness, axis=1)
    edges = np.log([(down**2).mean() + 1e-6, (right**2).mean() + 1e-6])
    return np.concatenate(
        [
            planes.mean((1, 2)),
            planes.std((1, 2)),
            [brightness.std()],
            _quantiles(brightness, (0.05, 0.25, 0.5, 0.75, 0.95)),
            *(
                [one.mean(), one.std(), *_quantiles(one, (0.9,))]
                for one in (saturation, red - green, (red + green) / 2 - blue)
            ),
            [*edges, edges[0] - edges[1]],
            _radial_spectrum(brightness),
        ]
    ).astype(np.float32)


def _quantiles(values: np.ndarray, shares: tuple[float, ...]) -> np.ndarray:
    places = [round(share * (values.size - 1)) for share in shares]
    return np.partition(values.ravel(), places)[places]


def _radial_spectrum(brightness: np.ndarray) -> np.ndarray:
    window, ring, counts = _rings(brightness.shape)
    power = np.abs(np.fft.rfft2((brightness - brightness.mean()) * window)) ** 2
    sums = np.bincount(ring, power.ravel(), _RINGS)
    return np.log(sums / np.maximum(counts, 1) / brightness.size + 1e-6)


@functools.lru_cache(16)
def _rings(shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A window, as the borders of a frame are no edges in it; of each frequency its ring; sizes."""
    height, width = shape
    window = (np.hanning(height)[:, None] * np.hanning(width)).astype(np.float32)
    radius = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width))  # 0 to 0.71
    ring = np.minimum((radius * 2 * _RINGS).astype(int), _RINGS - 1).ravel()
    return window, ring, np.bincount(ring, minlength=_RINGS)
