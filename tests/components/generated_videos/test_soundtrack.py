"""Tests of the sound of every class."""

import dataclasses

import numpy as np
import pytest

from objects_that_sound.components.generated_videos.difficulty import Difficulty
from objects_that_sound.components.generated_videos.object_class import CLASSES
from objects_that_sound.components.generated_videos.scene import Scene
from objects_that_sound.components.generated_videos.soundtrack import make_soundtrack, sound_of_take


@pytest.mark.parametrize("label", CLASSES)
@pytest.mark.parametrize("rate", [16000, 48000])
def test_every_second_has_sound(label, rate):
    scene = dataclasses.replace(
        Scene.sample(1, rate), labels=(label,), sample_rate=rate, channels=2
    )
    sound = make_soundtrack(scene)
    assert sound.shape == (2, 5 * rate)
    assert np.abs(sound).max() <= 0.951
    overall = np.sqrt(np.mean(sound[0] ** 2))
    assert -36 < 20 * np.log10(overall) < -12
    for start in range(0, 4 * rate + 1, rate // 4):
        window = sound[0, start : start + rate]
        # Within 12 dB of the whole: above the noise, which is at least 20 dB below.
        assert 20 * np.log10(np.sqrt(np.mean(window**2)) / overall) > -12


def test_the_pitch_changes_from_take_to_take():
    scene = dataclasses.replace(
        Scene.sample(2, 0), labels=("fan",), cuts=(0.0, 2.5), sample_rate=16000, channels=1
    )
    first, second = make_soundtrack(scene)[0].reshape(2, 40000)
    strongest = [np.abs(np.fft.rfft(part)).argmax() / 2.5 for part in (first, second)]
    assert abs(strongest[0] - strongest[1]) > 5  # Hz


@pytest.mark.parametrize("label", CLASSES)
def test_the_sound_is_louder_than_the_noise(label):
    """The noise is as far below the object's sound as the knob says."""
    quiet, loud = Difficulty(snr_db=(90.0, 90.0)), Difficulty(snr_db=(14.0, 14.0))
    clean, noisy = (
        sound_of_take(CLASSES[label], 80000, 16000, 1, knobs, np.random.default_rng(3))[0]
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
            sound = sound_of_take(object_class, 48000, 16000, 1, Difficulty(), rng)[0]
            power = np.abs(np.fft.rfft(sound[:47616].reshape(-1, 512))) ** 2
            spectrum = np.log(power.mean(axis=0) / power.sum() + 1e-7)
            spectra.append(spectrum - spectrum.mean())
            labels.append(label)
    spectra, labels = np.array(spectra), np.array(labels)
    distances = np.linalg.norm(spectra[:, None] - spectra[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    nearest_is_same = labels[distances.argmin(axis=1)] == labels
    assert nearest_is_same.mean() > 4 / len(CLASSES)  # Four times chance.
