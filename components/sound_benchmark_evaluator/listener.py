"""Networks that listen to windows of sound."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from tqdm import tqdm

from objects_that_sound.components.evaluation.model import Model
from objects_that_sound.components.evaluation.read_examples import batched
from objects_that_sound.components.evaluation.saved_model import SavedModel
from objects_that_sound.components.sound_benchmark_evaluator.evaluator import SoundBenchmarkOptions
from objects_that_sound.components.sound_benchmark_evaluator.sounds import resample, windows
from objects_that_sound.components.sound_benchmark_evaluator.usable_clips import UsableClips

FEATURES = "audio_features"
"""Signature of conv4_2, pooled."""
EMBEDDING = "embed_audio"
"""Signature of the vector that is compared with images."""

_OUTPUTS = {FEATURES: "features", EMBEDDING: "embedding"}

Listener = Callable[[str, Sequence[bytes]], np.ndarray]
"""Maps a signature's name and PCM of windows [batch] to vectors [batch, n]."""


def listener_of(model: Model) -> Listener:
    """A model's own signatures."""
    return lambda name, pcm: model.call(name, {"audio": pcm})[_OUTPUTS[name]]


def sample_rate_of(model: SavedModel) -> int:
    """The rate that a model hears, in Hz.

    Raises:
        ValueError: it does not say.
    """
    if model.sample_rate is None:
        raise ValueError(
            "the model has no signature 'describe', which tells the sample rate of its sounds"
        )
    return model.sample_rate


def listen(
    listener: Listener,
    names: Sequence[str],
    clips: UsableClips,
    options: SoundBenchmarkOptions,
    *,
    sample_rate: int,
    what: str,
) -> Mapping[str, list[np.ndarray]]:
    """Computes the vectors of all windows of all clips.

    Args:
        listener: a network.
        names: names of signatures.
        clips: sounds to listen to.
        options: windows' distance, and how many the network hears at once.
        sample_rate: rate that the network hears, in Hz.
        what: name of the network, for the progress bar.

    Returns:
        By signature, of each clip float32[windows, n].
    """
    vectors: dict[str, list[np.ndarray]] = {name: [] for name in names}
    hop = max(1, round(options.hop_seconds * sample_rate))
    for sound in tqdm(clips.sounds, desc=f"Benchmark: {what}", unit="clip", disable=None):
        cut = windows(resample(sound, clips.sample_rate, sample_rate), sample_rate, hop)
        pcm = [window.astype("<i2").tobytes() for window in cut]
        for name in names:
            vectors[name].append(
                np.concatenate(
                    [listener(name, batch) for batch in batched(iter(pcm), options.batch_size)]
                )
            )
    return vectors
