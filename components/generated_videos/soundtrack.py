"""The sound of a video."""

from __future__ import annotations

import itertools

import numpy as np

from objects_that_sound.components.generated_videos import synthesis
from objects_that_sound.components.generated_videos.difficulty import Difficulty
from objects_that_sound.components.generated_videos.object_class import CLASSES, ObjectClass
from objects_that_sound.components.generated_videos.scene import Scene

_FADE_SECONDS = 0.005


def make_soundtrack(scene: Scene) -> np.ndarray:
    """The sounds of all takes in a row.

    Returns:
        float32 [channels, samples], within -1..1.
    """
    ends = [*scene.cuts[1:], scene.seconds]
    edges = [0, *(round(end * scene.sample_rate) for end in ends[:-1]), scene.samples]
    takes = [
        sound_of_take(
            CLASSES[scene.labels[0]],
            stop - start,
            scene.sample_rate,
            scene.channels,
            scene.difficulty,
            scene.rng("sound", number),
        )
        for number, (start, stop) in enumerate(itertools.pairwise(edges))
    ]
    return np.concatenate(takes, axis=1)


def sound_of_take(
    object_class: ObjectClass,
    samples: int,
    rate: int,
    channels: int,
    difficulty: Difficulty,
    rng: np.random.Generator,
) -> np.ndarray:
    """Synthesises the sounding object, adds noise, and sets the loudness.

    Args:
        object_class: what sounds.
        samples: per channel.
        rate: sample rate in Hz.
        channels: 1 or 2.
        difficulty: ranges of pitch, loudness and noise.
        rng: decides them.

    Returns:
        float32 [channels, samples], within -1..1.
    """
    low, high = np.log(difficulty.pitch_hz)
    clean = object_class.sound(samples, rate, float(np.exp(rng.uniform(low, high))), rng)
    # Faded at both ends, or the cut to the next take would click like a clock.
    edge = np.minimum(np.arange(samples), np.arange(samples)[::-1]) / (_FADE_SECONDS * rate)
    clean = clean * np.minimum(1.0, edge).astype(np.float32)
    clean = clean / max(float(np.sqrt(np.mean(clean**2))), 1e-9)
    noise_level = 10 ** (-rng.uniform(*difficulty.snr_db) / 20)
    noise_top = rng.uniform(500, synthesis.HIGHEST_HZ)
    level = 10 ** (rng.uniform(*difficulty.loudness_db) / 20)
    # The pan says nothing about where the object is: mono microphones are the common case.
    gains = rng.uniform(0.6, 1.0, channels)
    mixed = np.stack(
        [
            gain * (clean + noise_level * synthesis.noise(samples, rate, 20, noise_top, rng))
            for gain in gains
        ]
    )
    mixed *= level / np.sqrt(np.mean(mixed**2))
    # [channels, samples]; peaks of impulsive sounds are kept within range by turning all down.
    return (mixed * min(1.0, 0.95 / float(np.abs(mixed).max()))).astype(np.float32)
