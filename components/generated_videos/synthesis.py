"""Building blocks of sound synthesis; all signals are float32 arrays [samples]."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

_TABLE = 8192
HIGHEST_HZ = 7000.0
"""Partials stop here: the same timbre then fits all sample rates from 16 kHz up."""


def seconds(samples: int, rate: int) -> np.ndarray:
    """The time of each sample, float64 [samples]."""
    return np.arange(samples) / rate


def turns(frequency: float | np.ndarray, samples: int, rate: int) -> np.ndarray:
    """The phase of an oscillator, in turns 0..1, float64 [samples].

    Args:
        frequency: in Hz, constant or [samples].
        samples: length of the signal.
        rate: sample rate in Hz.
    """
    if np.ndim(frequency):
        return np.cumsum(frequency) / rate % 1.0
    return frequency * np.arange(samples) / rate % 1.0


def sine(phase: np.ndarray) -> np.ndarray:
    """A sine of phase in turns 0..1, in single precision, which is several times faster."""
    return np.sin(phase.astype(np.float32) * np.float32(2 * np.pi))


def harmonics(phase: np.ndarray, amplitudes: Sequence[float], highest_pitch: float) -> np.ndarray:
    """A periodic sound, looked up in a table of one period.

    Args:
        phase: of the fundamental, in turns 0..1, [samples].
        amplitudes: of the harmonics 1, 2, 3, ...
        highest_pitch: of the fundamental, in Hz; harmonics above `HIGHEST_HZ` are left out.

    Returns:
        The signal, [samples].
    """
    grid = np.arange(_TABLE) / _TABLE
    table = np.zeros(_TABLE, np.float32)
    for k, amplitude in enumerate(amplitudes, start=1):
        if k * highest_pitch < HIGHEST_HZ:
            table += amplitude * sine(k * grid % 1.0)
    return table[(phase * _TABLE).astype(np.int32) % _TABLE]


def noise(samples: int, rate: int, low_hz: float, high_hz: float, rng: np.random.Generator):
    """Noise of a band with soft edges, of unit RMS, [samples]."""
    size = 1 << (samples - 1).bit_length()  # The FFT of an awkward length is many times slower.
    spectrum = np.fft.rfft(rng.standard_normal(size, dtype=np.float32))
    hz = np.fft.rfftfreq(size, 1 / rate)
    spectrum *= 1 / np.sqrt(1 + (low_hz / np.maximum(hz, 1)) ** 6 + (hz / high_hz) ** 6)
    signal = np.fft.irfft(spectrum, size)[:samples].astype(np.float32)
    return signal / max(float(np.sqrt(np.mean(signal**2))), 1e-9)


def onsets(samples: int, rate: int, per_second: float, rng: np.random.Generator) -> np.ndarray:
    """Start samples of repeated events: regular, jittered by up to 15 % of the interval.

    The first one is before 0, so that the beginning is not silent either.
    """
    interval = rate / per_second
    regular = np.arange(-rng.uniform(0.2, 1.0), samples / interval) * interval
    return (regular + rng.uniform(-0.15, 0.15, regular.size) * interval).astype(int)


def repeat(
    samples: int,
    starts: np.ndarray,
    events: Sequence[np.ndarray],
    rng: np.random.Generator,
) -> np.ndarray:
    """Adds up events, each start playing one of `events` at random, at 70 to 100 % loudness."""
    signal = np.zeros(samples, np.float32)
    for start in starts:
        event = events[int(rng.integers(len(events)))]
        head, tail = max(0, -start), min(len(event), samples - start)
        if head < tail:
            signal[start + head : start + tail] += rng.uniform(0.7, 1.0) * event[head:tail]
    return signal


def event(length_seconds: float, rate: int, wave: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """One event: `wave(time)` faded in and out over 3 ms so that it does not click."""
    time = seconds(int(length_seconds * rate), rate)
    fade = np.minimum(1.0, np.minimum(time, time[-1] - time) / 0.003)
    return (wave(time) * fade).astype(np.float32)
