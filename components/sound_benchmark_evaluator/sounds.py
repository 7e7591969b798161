"""Reads the clips of a benchmark once, for all that listen to them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from av.audio.frame import AudioFrame
from tqdm import tqdm

from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.media.mono_filter import MonoFilter
from objects_that_sound.components.media.sound import decode_audio
from objects_that_sound.components.sound_benchmark_evaluator.benchmark import Clip
from objects_that_sound.components.video_example_gen.decoder_pool import DecoderPool

LOWEST_RATE = 44100
"""Clips are decoded at this rate, in Hz, or at the model's where that is higher."""


@dataclasses.dataclass(frozen=True)
class Reject:
    """A clip that can't be used.

    Attributes:
        name: of the clip.
        reason: of `components.media.media_error`, `in_training_data` or `class_not_trained`.
        detail: for people.
    """

    name: str
    reason: str
    detail: str


def read_clips(
    clips: Sequence[Clip], sample_rate: int
) -> tuple[dict[int, np.ndarray], list[Reject]]:
    """Decodes clips.

    Args:
        clips: to read.
        sample_rate: in Hz.

    Returns:
        By number of the clip, int16[n] mono; and those that can't be read.
    """
    sounds, rejects = {}, []
    with DecoderPool(1) as pool:
        for number, clip in enumerate(
            tqdm(clips, desc="Benchmark: read", unit="clip", disable=None)
        ):
            try:
                sounds[number] = pool.call(decode_audio, str(clip.path), sample_rate)
            except MediaError as error:
                rejects.append(Reject(clip.name, error.reason, error.detail))
    return sounds, rejects


def resample(samples: np.ndarray, sample_rate: int, wanted: int) -> np.ndarray:
    """Resamples as training sounds are: by FFmpeg.

    Args:
        samples: int16[n].
        sample_rate: of these, in Hz.
        wanted: in Hz.

    Returns:
        int16[m].
    """
    if sample_rate == wanted:
        return samples
    frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples[None]), "s16", "mono")
    frame.sample_rate = sample_rate
    mono = MonoFilter(wanted)
    return np.concatenate([*mono.feed(frame), *mono.feed(None)])


def windows(samples: np.ndarray, length: int, hop: int) -> np.ndarray:
    """Cuts a sound into overlapping windows.

    Args:
        samples: int16[n]; a shorter one than a window is followed by silence.
        length: of a window, in samples.
        hop: between two windows, in samples.

    Returns:
        int16[windows, length]; the last one ends where the sound does.
    """
    samples = np.pad(samples, (0, max(0, length - len(samples))))
    last = len(samples) - length
    starts = [*range(0, last, hop), last]
    return np.stack([samples[start : start + length] for start in starts])
