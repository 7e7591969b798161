"""What each class sounds like.

Every function makes a mono signal [samples], float32, at any loudness (the soundtrack sets that).
All classes draw the pitch from one range, so the pitch does not give the class away; rhythm,
envelope and spectrum vary moderately from video to video. Every second has sound.
"""

from __future__ import annotations

import numpy as np

from objects_that_sound.components.generated_videos import synthesis as syn

_BELL_PARTIALS = (
    *((0.5, 0.5), (1.0, 1.0), (1.19, 0.8), (1.56, 0.5)),
    *((2.0, 0.7), (2.74, 0.6), (3.76, 0.5), (5.4, 0.4)),
)
"""Frequency (of the strike note) and amplitude."""


def bell(samples: int, rate: int, pitch: float, rng: np.random.Generator) -> np.ndarray:
    """Strikes of inharmonic partials that ring on, the higher ones shorter."""
    detune = rng.uniform(0.98, 1.02, len(_BELL_PARTIALS))
    ring = rng.uniform(0.25, 0.4)

    def strike(time: np.ndarray) -> np.ndarray:
        signal = np.zeros(time.size, np.float32)
        for (ratio, amplitude), factor in zip(_BELL_PARTIALS, detune, strict=True):
            phase = syn.turns(2.5 * pitch * ratio * factor, time.size, rate)
            signal += amplitude * syn.sine(phase) * np.exp(-time * ratio**0.4 / ring)
        return signal

    starts = syn.onsets(samples, rate, rng.uniform(1.6, 2.6), rng)
    return syn.repeat(samples, starts, [syn.event(1.2, rate, strike)], rng)


def drum(samples: int, rate: int, pitch: float, rng: np.random.Generator) -> np.ndarray:
    """Thumps: a falling tone of a quarter of the pitch under a short thud of noise."""
    decay = rng.uniform(0.05, 0.09)

    def thump(time: np.ndarray) -> np.ndarray:
        glide = pitch * (0.25 + 0.5 * np.exp(-time / 0.03))
        thud = syn.noise(time.size, rate, 40, 600, rng) * np.exp(-time / 0.015)
        tone = syn.sine(syn.turns(glide, time.size, rate)) * np.exp(-time / decay)
        return tone + 0.4 * thud

    starts = syn.onsets(samples, rate, rng.uniform(3.0, 5.0), rng)
    return syn.repeat(samples, starts, [syn.event(0.35, rate, thump) for _ in range(2)], rng)


def guitar(samples: int, rate: int, pitch: float, rng: np.random.Generator) -> np.ndarray:
    """Plucked strings: all harmonics, dying away and growing dull, over a few notes."""
    decay = rng.uniform(0.12, 0.22)

    def pluck(note: float) -> np.ndarray:
        def wave(time: np.ndarray) -> np.ndarray:
            phase = syn.turns(note, time.size, rate)
            bright = syn.harmonics(phase, [k**-0.5 for k in range(1, 25)], note)
            dull = syn.harmonics(phase, [k**-1.5 for k in range(1, 9)], note)
            return 0.8 * bright * np.exp(-3.5 * time / decay) + dull * np.exp(-time / decay)

        return syn.event(0.7, rate, wave)

    notes = pitch * 2.0 ** (rng.choice([0, 3, 5, 7, 10], size=3, replace=False) / 12)
    starts = syn.onsets(samples, rate, rng.uniform(2.5, 4.5), rng)
    return syn.repeat(samples, starts, [pluck(note) for note in notes], rng)


def bird(samples: int, rate: int, pitch: float, rng: np.random.Generator) -> np.ndarray:
    """Short pure chirps that sweep upwards, high above the pitch."""
    sweep, length = rng.uniform(1.6, 2.4), rng.uniform(0.09, 0.15)

    def chirp(base: float) -> np.ndarray:
        def wave(time: np.ndarray) -> np.ndarray:
            frequency = base * sweep ** (time / length)
            return syn.sine(syn.turns(frequency, time.size, rate)) * np.sin(np.pi * time / length)

        return syn.event(length, rate, wave)

    starts = syn.onsets(samples, rate, rng.uniform(4.0, 6.0), rng)
    return syn.repeat(samples, starts, [chirp(5 * pitch), chirp(5.8 * pitch)], rng)


def fan(samples: int, rate: int, pitch: float, rng: np.random.Generator) -> np.ndarray:
    """A soft hum of few harmonics chopped by a fast, deep tremolo."""
    hum = syn.harmonics(syn.turns(pitch, samples, rate), [1.0, 0.6, 0.4, 0.2], pitch)
    chop = 0.5 + 0.5 * syn.sine(syn.turns(rng.uniform(8, 13), samples, rate))
    return hum * chop**1.5


def bee(samples: int, rate: int, pitch: float, rng: np.random.Generator) -> np.ndarray:
    """A steady sawtooth with wide vibrato."""
    vibrato = rng.uniform(0.05, 0.09) * syn.sine(syn.turns(rng.uniform(5, 8), samples, rate))
    phase = syn.turns(pitch * (1 + vibrato), samples, rate)
    return syn.harmonics(phase, [1 / k for k in range(1, 41)], pitch * 1.1)


def clock(samples: int, rate: int, pitch: float, rng: np.random.Generator) -> np.ndarray:
    """Dry ticks a few milliseconds long, two kinds of them."""

    def tick(low_hz: float) -> np.ndarray:
        def wave(time: np.ndarray) -> np.ndarray:
            return syn.noise(time.size, rate, low_hz, 3 * low_hz, rng) * np.exp(-time / 0.004)

        return syn.event(0.03, rate, wave)

    starts = syn.onsets(samples, rate, rng.uniform(6.0, 9.0), rng)
    return syn.repeat(samples, starts, [tick(4 * pitch), tick(6 * pitch)], rng)


def radio(samples: int, rate: int, pitch: float, rng: np.random.Generator) -> np.ndarray:
    """A square wave (odd harmonics) that jumps between two notes without a pause."""
    period = rate / rng.uniform(3.0, 5.0)
    upper = (np.arange(samples) + rng.uniform(0, period)) // period % 2
    frequency = pitch * (1 + rng.uniform(0.25, 0.5) * upper)
    odd = [1 / k if k % 2 else 0.0 for k in range(1, 41)]
    return syn.harmonics(syn.turns(frequency, samples, rate), odd, pitch * 1.5)


def maraca(samples: int, rate: int, pitch: float, rng: np.random.Generator) -> np.ndarray:
    """Bursts of bright noise, swelling and stopping."""
    length = rng.uniform(0.07, 0.11)

    def burst(time: np.ndarray) -> np.ndarray:
        hiss = syn.noise(time.size, rate, 6 * pitch, syn.HIGHEST_HZ, rng)
        return hiss * (time / length) ** 1.5

    starts = syn.onsets(samples, rate, rng.uniform(4.0, 6.5), rng)
    return syn.repeat(samples, starts, [syn.event(length, rate, burst) for _ in range(3)], rng)


def gear(samples: int, rate: int, pitch: float, rng: np.random.Generator) -> np.ndarray:
    """Frequency modulation at an inharmonic ratio: a dense, clangorous growl."""
    ratio, index = rng.uniform(0.36, 0.44), rng.uniform(4.0, 6.0)
    slow = 1 + 0.3 * syn.sine(syn.turns(rng.uniform(1.0, 2.0), samples, rate))
    modulator = index * slow * syn.sine(syn.turns(2 * pitch * ratio, samples, rate))
    carrier = syn.turns(2 * pitch, samples, rate) + modulator / (2 * np.pi)
    return syn.sine(carrier % 1.0)


def cloud(samples: int, rate: int, pitch: float, rng: np.random.Generator) -> np.ndarray:
    """Wind: noise that swells slowly between a low and a higher band."""
    low = syn.noise(samples, rate, pitch, 2 * pitch, rng)
    high = syn.noise(samples, rate, 3 * pitch, 6 * pitch, rng)
    swell = 0.5 + 0.5 * syn.sine(syn.turns(rng.uniform(0.6, 1.2), samples, rate) + rng.random())
    return low * (1 - 0.7 * swell) + high * (0.3 + 0.7 * swell)


def organ(samples: int, rate: int, pitch: float, rng: np.random.Generator) -> np.ndarray:
    """A held chord of root, fifth and octave; each pipe is doubled out of tune and beats."""
    signal = np.zeros(samples, np.float32)
    for interval in (1.0, 1.5, 2.0):
        for detune in (1.0, 1.0 + rng.uniform(0.004, 0.01)):
            phase = (syn.turns(pitch * interval * detune, samples, rate) + rng.random()) % 1.0
            signal += syn.harmonics(phase, [1.0, 0.1, 0.5, 0.05, 0.25], pitch * 2.1)
    return signal
