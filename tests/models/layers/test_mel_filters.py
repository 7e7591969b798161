from __future__ import annotations

import numpy as np
import pytest

from objects_that_sound.models.layers.mel_filters import mel_filters


@pytest.mark.parametrize(
    ("bands", "fft", "rate"), [(64, 512, 16000), (64, 128, 8000), (40, 512, 48000), (100, 64, 800)]
)
def test_every_band_is_an_average_of_some_bins(bands, fft, rate):
    filters = mel_filters(bands, fft, rate)
    assert filters.shape == (fft // 2 + 1, bands) and filters.dtype == np.float32
    assert (filters >= 0).all()
    assert filters.sum(axis=0) == pytest.approx(np.ones(bands), abs=1e-5)


def test_centres_are_evenly_spaced_on_the_mel_scale():
    filters = mel_filters(40, 4096, 16000)  # fine bins
    hertz = filters.argmax(axis=0) * 16000 / 4096
    mel = 2595 * np.log10(1 + hertz / 700)
    assert np.diff(mel) == pytest.approx(np.full(39, np.diff(mel).mean()), abs=5)
    assert (np.diff(hertz) > 0).all()


def test_neighbouring_triangles_meet_at_the_centre():
    filters = mel_filters(16, 8192, 16000)
    peaks = filters.argmax(axis=0)
    for band, peak in enumerate(peaks[:-1]):
        assert filters[peak, band + 1] < 0.02 * filters[:, band + 1].max()
