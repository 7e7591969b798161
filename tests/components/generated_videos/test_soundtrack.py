"""Tests of the sound of every class."""

import numpy as np
import pytest

from components.generated_videos.difficulty import Difficulty
from components.generated_videos.object_class import CLASSES
from components.generated_videos.soundtrack import make_soundtrack


@pytest.mark.parametrize("label", CLASSES)
@pytest.mark.parametrize("rate", [16000, 48000])
def test_every_second_has_sound(label, rate):
    difficulty = Difficulty()
    sound = make_soundtrack(
        CLASSES[label], 5 * rate, rate, 2, difficulty, np.random.default_rng([1, rate])
    )
    assert sound.shape == (2, 5 * rate)
    assert np.abs(sound).max() <= 0.951
    overall = np.sqrt(np.mean(sound[0] ** 2))
    assert -38 < 20 * np.log10(overall) < -8
    for start in range(0, 4 * rate + 1, rate // 4):
        window = sound[0, start : start + rate]
        # Within 9 dB of the whole: far above the noise, which is at least 14 dB below.
        assert 20 * np.log10(np.sqrt(np.mean(window**2)) / overall) > -9


@pytest.mark.parametrize("label", CLASSES)
def test_the_sound_is_louder_than_the_noise(label):
    """The noise is as far below the object's sound as the knob says."""
    quiet, loud = Difficulty(snr_db=(90.0, 90.0)), Difficulty(snr_db=(14.0, 14.0))
    clean, noisy = (
        make_soundtrack(CLASSES[label], 80000, 16000, 1, knobs, np.random.default_rng(3))[0]
        for knobs in (quiet, loud)
    )
    scale = clean @ noisy / (clean @ clean)
    ratio = 20 * np.log10(np.linalg.norm(scale * clean) / np.linalg.norm(noisy - scale * clean))
    assert ratio == pytest.approx(14, abs=0.7)


def test_classes_sound_different():
    """Mean spectra of two videos of a class are closer than of two classes, more often than not."""
    spectra, labels = [], []
    for label, object_class in CLASSES.items():
        for seed in range(6):
            rng = np.random.default_rng([seed, 9])
            sound = make_soundtrack(object_class, 48000, 16000, 1, Difficulty(), rng)[0]
            power = np.abs(np.fft.rfft(sound[:47616].reshape(-1, 512))) ** 2
            spectrum = np.log(power.mean(axis=0) / power.sum() + 1e-7)
            spectra.append(spectrum - spectrum.mean())
            labels.append(label)
    spectra, labels = np.array(spectra), np.array(labels)
    distances = np.linalg.norm(spectra[:, None] - spectra[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    nearest_is_same = labels[distances.argmin(axis=1)] == labels
    assert nearest_is_same.mean() > 4 / len(CLASSES)  # Four times chance.
