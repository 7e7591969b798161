"""The sound of a video."""

from __future__ import annotations

import itertools

import numpy as np

from objects_that_sound.components.generated_videos import synthesis
from objects_that_sound.components.generated_videos.difficulty import Difficulty
from objects_that_sound.components.generated_videos.object_class import CLASSES, ObjectClass
from objects_that_sound.components.generated_videos.scene import Scene

_FADE_SECONDS = 0.005


def make_soundtrack(scene: Scene, only: int | None = None) -> np.ndarray:
    """The sounds of all takes in a row.

    Args:
        scene: the scene.
        only: the one object that sounds; None: all of the story.

    Returns:
        float32 [channels, samples], within -1..1.
    """
    ends = [*scene.cuts[1:], scene.seconds]
    edges = [0, *(round(end * scene.sample_rate) for end in ends[:-1]), scene.samples]
    takes = [
        _sound_of_take(scene, number, start, stop, only)
        for number, (start, stop) in enumerate(itertools.pairwise(edges))
    ]
    return np.concatenate(takes, axis=1)


def _sound_of_take(
    scene: Scene, number: int, start: int, stop: int, only: int | None
) -> np.ndarray:
    rate = scene.sample_rate
    time = np.arange(start, stop)
    shares = []
    for place in range(scene.story.sounding_objects):
        begin, end = (edge * rate for edge in scene.story.interval(place))
        # Faded at the turn, and whole at the ends of the video.
        inside = np.minimum(
            time - begin if begin > 0 else np.inf, end - time if end < scene.samples else np.inf
        )
        share = np.clip(inside / (_FADE_SECONDS * rate), 0.0, 1.0).astype(np.float32)
        shares.append(share * (only in (None, place)))
    others = [
        share
        * clean_sound(
            CLASSES[scene.labels[place]],
            stop - start,
            rate,
            scene.difficulty,
            scene.rng(f"sound {place}", number),
        )
        for place, share in enumerate(shares)
        if place > 0
    ]
    return sound_of_take(
        CLASSES[scene.labels[0]],
        stop - start,
        rate,
        scene.channels,
        scene.difficulty,
        scene.rng("sound", number),
        shares[0],
        np.sum(others, axis=0) if others else 0.0,
    )


def clean_sound(
    object_class: ObjectClass,
    samples: int,
    rate: int,
    difficulty: Difficulty,
    rng: np.random.Generator,
) -> np.ndarray:
    """Synthesises an object without noise: float32 [samples], of a root mean square of 1."""
    low, high = np.log(difficulty.pitch_hz)
    clean = object_class.sound(samples, rate, float(np.exp(rng.uniform(low, high))), rng)
    # Faded at both ends, or the cut to the next take would click like a clock.
    edge = np.minimum(np.arange(samples), np.arange(samples)[::-1]) / (_FADE_SECONDS * rate)
    clean = clean * np.minimum(1.0, edge).astype(np.float32)
    return clean / max(float(np.sqrt(np.mean(clean**2))), 1e-9)


def sound_of_take(
    object_class: ObjectClass,
    samples: int,
    rate: int,
    channels: int,
    difficulty: Difficulty,
    rng: np.random.Generator,
    share: np.ndarray | float = 1.0,
    others: np.ndarray | float = 0.0,
) -> np.ndarray:
    """Synthesises the sounding object, adds noise, and sets the loudness.

    Args:
        object_class: what sounds.
        samples: per channel.
        rate: sample rate in Hz.
        channels: 1 or 2.
        difficulty: ranges of pitch, loudness and noise.
        rng: decides them.
        share: how much of the object is heard, 0..1, [samples]; noise and loudness do not change.
        others: clean sounds of other objects, added up, [samples].

    Returns:
        float32 [channels, samples], within -1..1.
    """
    clean = clean_sound(object_class, samples, rate, difficulty, rng)
    noise_level = 10 ** (-rng.uniform(*difficulty.snr_db) / 20)
    noise_top = rng.uniform(500, synthesis.HIGHEST_HZ)
    level = 10 ** (rng.uniform(*difficulty.loudness_db) / 20)
    # The pan says nothing about where the object is: mono microphones are the common case.
    gains = rng.uniform(0.6, 1.0, channels)
    noises = [noise_level * synthesis.noise(samples, rate, 20, noise_top, rng) for _ in gains]

    def mixed(sound: np.ndarray) -> np.ndarray:
        return np.stack([gain * (sound + one) for gain, one in zip(gains, noises, strict=True)])

    scale = level / np.sqrt(np.mean(mixed(clean) ** 2))
    sound = mixed(share * clean + others)
    sound *= scale
    # [channels, samples]; peaks of impulsive sounds are kept within range by turning all down.
    return (sound * min(1.0, 0.95 / float(np.abs(sound).max()))).astype(np.float32)
