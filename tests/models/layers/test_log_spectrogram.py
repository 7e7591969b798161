from __future__ import annotations

import keras
import numpy as np
import pytest
import scipy.signal

from objects_that_sound.models.layers.log_spectrogram import LogSpectrogram
from objects_that_sound.models.layers.mel_filters import mel_filters

RATE = 48000


@pytest.fixture(scope="module")
def layer() -> LogSpectrogram:
    return LogSpectrogram(window=480, hop=240, fft=512)


def _sine(frequency: float, amplitude: float = 1.0, rate: int = RATE) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * frequency * np.arange(rate) / rate)).astype(np.float32)


def _spectrogram(layer, *waveforms) -> np.ndarray:
    """[batch, bins, frames]."""
    return keras.ops.convert_to_numpy(layer(np.stack(waveforms)))[..., 0]


def _reference(waveform: np.ndarray) -> np.ndarray:
    """SciPy's [bins, frames] of the same window, hop and scale."""
    padded = np.pad(waveform.astype(np.float64), (0, 240))
    window = scipy.signal.get_window("hann", 480, fftbins=True)
    frames = np.lib.stride_tricks.sliding_window_view(padded, 480)[::240]
    magnitude = np.abs(np.fft.rfft(frames * window, 512)) * 4 / 480
    return np.log(magnitude + 1e-4).T / 4 + 1


def test_a_second_at_48_khz_has_257_bins_and_200_frames(layer):
    assert layer(np.zeros([2, RATE], np.float32)).shape == (2, 257, 200, 1)
    assert layer.compute_output_shape((2, RATE)) == (2, 257, 200, 1)
    assert layer.compute_output_shape((None, None)) == (None, 257, None, 1)


@pytest.mark.parametrize("samples", [8000, 8001, 8124])
def test_the_announced_shape_is_the_shape(samples):
    layer = LogSpectrogram(window=128, hop=125, fft=128)
    waveform = np.zeros([1, samples], np.float32)
    assert layer(waveform).shape == layer.compute_output_shape((1, samples))


@pytest.mark.parametrize("frequency", [937.5, 3000.0, 15000.0])
def test_a_full_scale_sine_reaches_one_in_its_own_bin(layer, frequency):
    [spectrogram] = _spectrogram(layer, _sine(frequency))
    inner = spectrogram[:, :-1]  # the last frame is half padding
    assert set(inner.argmax(0)) == {round(frequency / RATE * 512)}
    assert inner.max(0) == pytest.approx(1.0, abs=0.002)


def test_it_agrees_with_scipy(layer):
    rng = np.random.default_rng(0)
    sounds = [rng.normal(0, 0.1, RATE).astype(np.float32), _sine(440, 0.3)]
    for spectrogram, sound in zip(_spectrogram(layer, *sounds), sounds, strict=True):
        # In float32 the leakage of the sine, 80 dB down, has some noise.
        assert spectrogram == pytest.approx(_reference(sound), abs=2e-3)


def test_silence_is_the_floor_everywhere(layer):
    assert _spectrogram(layer, np.zeros(RATE)) == pytest.approx(np.log(1e-4) / 4 + 1, abs=1e-4)


def test_int16_is_the_same_sound_as_float(layer):
    sound = np.round(_sine(1000, 0.25) * 32768).astype(np.int16)
    as_int = _spectrogram(layer, sound)
    assert np.array_equal(as_int, _spectrogram(layer, sound.astype(np.float32) / 32768))


def test_twice_as_loud_is_log_2_over_4_more(layer):
    [quiet, loud] = _spectrogram(layer, _sine(3000, 0.25), _sine(3000, 0.5))
    assert (loud - quiet)[32, :-1] == pytest.approx(np.log(2) / 4, abs=1e-3)


def test_time_runs_along_the_frames(layer):
    late = np.where(np.arange(RATE) < RATE // 2, 0, _sine(3000)).astype(np.float32)
    [spectrogram] = _spectrogram(layer, late)
    # Frame i is of the samples from i x hop on.
    assert spectrogram[32, :99].max() < -1.29  # silence
    assert -1 < spectrogram[32, 99] < 0.9
    assert spectrogram[32, 100:199].min() > 0.99


def test_gradients_of_silence_are_finite(layer):
    tf = pytest.importorskip("tensorflow")
    silence = tf.Variable(tf.zeros([1, RATE]))
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(layer(silence))
    assert np.isfinite(tape.gradient(total, silence).numpy()).all()


@pytest.mark.parametrize(("window", "hop", "fft"), [(480, 0, 512), (480, 481, 512), (513, 1, 512)])
def test_impossible_sizes_are_refused(window, hop, fft):
    with pytest.raises(ValueError, match=f"hop={hop}, window={window}, fft={fft}"):
        LogSpectrogram(window, hop, fft)


def test_its_config_builds_it_again(layer):
    again = LogSpectrogram.from_config(layer.get_config())
    assert (again.window, again.hop, again.fft) == (480, 240, 512)
    banded = LogSpectrogram(512, 250, 512, sample_rate=16000, mel_bands=64, normalise=True)
    again = LogSpectrogram.from_config(banded.get_config())
    assert (again.sample_rate, again.mel_bands, again.normalise) == (16000, 64, True)


@pytest.fixture(scope="module")
def banded() -> LogSpectrogram:
    return LogSpectrogram(window=512, hop=250, fft=512, sample_rate=16000, mel_bands=64)


def test_mel_bands_are_averages_of_the_power(banded):
    plain = LogSpectrogram(window=512, hop=250, fft=512)
    sound = np.random.default_rng(0).normal(0, 0.1, 16000).astype(np.float32)
    power = (np.exp((_spectrogram(plain, sound)[0] - 1) * 4) - 1e-4) ** 2  # [bins, frames]
    expected = np.log(np.sqrt(mel_filters(64, 512, 16000).T @ power) + 1e-4) / 4 + 1
    assert banded(sound[None]).shape == banded.compute_output_shape((1, 16000)) == (1, 64, 64, 1)
    assert _spectrogram(banded, sound)[0] == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("frequency", [200, 1000, 5000])
def test_a_sine_is_loudest_in_the_mel_band_around_it(banded, frequency):
    [spectrogram] = _spectrogram(banded, _sine(frequency, 0.5, 16000))
    nearest = mel_filters(64, 512, 16000)[round(frequency / 16000 * 512)].argmax()
    assert set(spectrogram[:, :-2].argmax(axis=0)) <= {nearest - 1, nearest, nearest + 1}


def _normalised() -> LogSpectrogram:
    return LogSpectrogram(512, 250, 512, sample_rate=16000, mel_bands=64, normalise=True)


def test_a_normalised_spectrogram_has_mean_0_and_knows_no_loudness():
    rng = np.random.default_rng(0)
    sound = _sine(440, 0.2, 16000) + rng.normal(0, 0.1, 16000).astype(np.float32)
    soft, loud = _spectrogram(_normalised(), sound * 0.3, sound)
    assert soft.mean() == pytest.approx(0, abs=1e-4)
    assert 0.6 < soft.std() < 1
    assert np.abs(soft - loud).mean() < 0.01  # the floor shows in the weakest places


def test_normalised_silence_is_0_and_has_finite_gradients():
    assert _spectrogram(_normalised(), np.zeros(16000)) == pytest.approx(0, abs=1e-4)
    tf = pytest.importorskip("tensorflow")
    silence = tf.Variable(tf.zeros([1, 16000]))
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(_normalised()(silence) ** 2)
    assert np.isfinite(tape.gradient(total, silence).numpy()).all()
