"""The baseline's features of frames and sounds."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from objects_that_sound.components.baseline_evaluator.features import (
    colour_histogram,
    mean_log_spectrum,
)


def _jpeg(colours: list[tuple[int, int, int]]) -> bytes:
    pixels = np.repeat(np.array(colours, np.uint8)[None], 32, axis=0).repeat(32, axis=1)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def test_histogram_counts_pixels_wherever_they_are():
    histogram = colour_histogram(_jpeg([(20, 20, 20), (20, 20, 20), (20, 20, 20), (230, 20, 20)]))
    assert (histogram**2).sum() == pytest.approx(1.0, abs=1e-5)
    assert histogram[0] ** 2 == pytest.approx(0.75, abs=0.02)
    assert histogram[5 * 36] ** 2 == pytest.approx(0.25, abs=0.02)


def test_spectrum_peaks_at_the_tone():
    rate = 16_000
    samples = 0.3 * np.sin(2 * np.pi * 2000 * np.arange(rate) / rate)
    spectrum = mean_log_spectrum((samples * 32767).astype("<i2").tobytes())
    frequencies = np.linspace(0, rate / 2, len(spectrum))
    assert frequencies[spectrum.argmax()] == pytest.approx(2000, abs=50)


def test_silence_is_finite():
    assert np.isfinite(mean_log_spectrum(bytes(2 * 16_000))).all()
