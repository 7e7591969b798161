"""What a run with a preset takes, as far as that is known before."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.serving.launcher.usable_processors import usable_processors
from objects_that_sound.tfx_pipeline.presets.preset import Preset

# Measured on two cores, see docs/laboratory/ingest.md. Most of a video's cost is to open it and
# find its pictures, so that a moment more costs little.
_VIDEO_SECONDS, _MOMENT_SECONDS = 0.13, 0.009
_ASPECT = 4 / 3
_KEPT_TWICE = 1.3
"""Examples stand there once; the pairs to evaluate by repeat those of `eval`."""
_MODEL_BYTES_PER_WEIGHT = 4 * 9
"""Weights with Adam's two means, in three checkpoints at most; the exported model is in it."""
_OTHER_SECONDS = 300.0
"""To start, to evaluate, to serve the candidate once: of the presets for small networks."""
_REACHED = 0.8
"""Of the speed of small matrix products, which training reaches; large networks are quicker."""


class PresetCost(NamedTuple):
    """Estimates, right to a factor of two for small networks; the papers' may be four times quicker.

    Attributes:
        preset: name.
        moments: number of examples.
        disk_bytes: of the root after a run.
        ingest_seconds: time to decode the videos.
        training_seconds: time to train, where a preset bounds it: at most.
        bounded: whether the preset bounds the time of training.
    """

    preset: str
    moments: int
    disk_bytes: float
    ingest_seconds: float
    training_seconds: float
    bounded: bool

    @property
    def seconds(self) -> float:
        """Of the whole run."""
        return self.ingest_seconds + self.training_seconds + _OTHER_SECONDS


def preset_cost(preset: Preset, moments_per_video: Sequence[int], flops: float) -> PresetCost:
    """Estimates disk and time.

    Args:
        preset: preset of the run.
        moments_per_video: number of moments that each video has, one every 0.04 s.
        flops: floating-point operations a second that this machine reaches, see `machine_flops`.
    """
    counts = [min(there, preset.examples_per_video) for there in moments_per_video]
    moments = sum(counts)
    network, training = preset.network, preset.training
    pixels = network.image_size**2 * _ASPECT
    # Bytes of a JPEG of quality 95 per pixel: small pictures have more detail in each.
    image = pixels * (0.3 + 25 / network.image_size)
    example = image * network.frames + 2 * network.sample_rate
    weights = _weights(network)
    cores = usable_processors()
    if training.minutes:
        training_seconds = training.minutes * 60
    else:
        pairs = training.steps * training.batch_size
        training_seconds = pairs * flops_per_pair(network) / (flops * _REACHED)
    return PresetCost(
        preset.name,
        moments,
        moments * example * _KEPT_TWICE + weights * _MODEL_BYTES_PER_WEIGHT,
        (len(counts) * _VIDEO_SECONDS + moments * _MOMENT_SECONDS) / cores,
        training_seconds,
        bool(training.minutes),
    )


def machine_flops() -> float:
    """Operations a second that matrix products reach on all processors that this process may use.

    Counted by the time of a processor, not by the clock: others may be at work beside it. Takes
    0.2 s.
    """
    matrix = np.ones((256, 256), np.float32)  # small enough for one thread
    seconds: list[float] = []
    began = time.perf_counter()
    while not seconds or time.perf_counter() < began + 0.2:
        start = time.process_time()
        for _ in range(10):
            matrix @ matrix
        seconds.append((time.process_time() - start) / 10)
    return 2 * 256**3 / min(one for one in seconds if one > 0) * usable_processors()


def flops_per_pair(network: NetworkConfig) -> float:
    """Operations of the convolutions for a frame and its sound, forward and backward.

    A multiplication and an addition each count as one; backward twice as much as forward, but for
    the first layers, whose inputs need no gradient.
    """
    bands = network.mel_bands or network.fft // 2 + 1
    towers = (
        (*network.image_shape, network.image_stride),
        (bands, math.ceil(network.sample_rate / network.hop), 1, network.audio_stride),
    )
    total = 0.0
    for height, width, channels, stride in towers:
        height, width = math.ceil(height / stride), math.ceil(width / stride)
        for block, filters in enumerate(network.filters):
            if block:
                height, width = height // 2, width // 2
            for layer in range(2):
                passes = 2 if (block, layer) == (0, 0) else 3
                total += passes * 2 * 9 * channels * filters * height * width
                channels = filters
    return total


def _weights(network: NetworkConfig) -> int:
    """Of the convolutions of both towers, nearly all that there are."""
    count = 0
    for channels in (network.image_shape[2], 1):
        for filters in network.filters:
            count += 9 * channels * filters + 9 * filters * filters
            channels = filters
    return count
