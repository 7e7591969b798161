"""The samples of a benchmark whose files can be read, with all the sounds they are shown with."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from tqdm import tqdm

from objects_that_sound.components.evaluation.benchmark_error import BenchmarkError
from objects_that_sound.components.evaluation.stable_hash import stable_hash
from objects_that_sound.components.localisation_benchmark_evaluator.ground_truth import ground_truth
from objects_that_sound.components.localisation_benchmark_evaluator.read_media import (
    Media,
    read_media,
    white_noise,
)
from objects_that_sound.components.localisation_benchmark_evaluator.sample import (
    Fault,
    LocalisationBenchmark,
    Sample,
)
from objects_that_sound.components.localisation_evaluator.off_screen_sounds import off_screen_sounds
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.video_example_gen.decoder_pool import DecoderPool


@dataclasses.dataclass(frozen=True)
class UsableSamples:
    """n samples, read.

    Attributes:
        benchmark: benchmark that they are of.
        samples: the samples.
        media: their pictures and own sounds.
        sounds: by kind of negative sound, PCM for each sample, None where there is no such sound.
        faults: what was wrong with annotations and files.
    """

    benchmark: LocalisationBenchmark
    samples: Sequence[Sample]
    media: Sequence[Media]
    sounds: dict[str, list[bytes | None]]
    faults: Sequence[Fault]

    @property
    def positive(self) -> np.ndarray:
        """Whether something in the picture makes the sound: bool[n]."""
        return np.array([sample.sounds for sample in self.samples])

    def truth(self, row: int) -> np.ndarray:
        """What is to be marked of a sample; see `ground_truth`."""
        return ground_truth(self.samples[row])


def read_usable_samples(
    benchmark: LocalisationBenchmark, sample_rate: int, frames: int, seed: int
) -> UsableSamples:
    """Reads all files once, and makes the negative sounds: silence, white noise, off-screen.

    An off-screen sound is that of another picture, of a class of which nothing is known to sound in
    the picture; where classes are not known, that of any other picture.

    Args:
        benchmark: what to read.
        sample_rate: rate that the models hear, in Hz.
        frames: number of frames that the models look at.
        seed: seed of the choice of noises and of off-screen sounds.

    Raises:
        BenchmarkError: no sample in which something sounds can be read.
    """
    samples, media, faults = [], [], list(benchmark.faults)
    with DecoderPool(1) as pool:
        for sample in tqdm(benchmark.samples, desc="Benchmark: read", unit="sample", disable=None):
            try:
                ground_truth(sample)
                media.append(read_media(sample, sample_rate, frames, pool))
                samples.append(sample)
            except MediaError as error:
                faults.append(Fault(sample.name, error.reason, error.detail))
            except OSError as error:
                faults.append(Fault(sample.name, "mask_unreadable", str(error)))
    if not any(sample.sounds for sample in samples):
        reason = f"; {faults[-1].name}: {faults[-1].detail}" if faults else ""
        raise BenchmarkError(f"no sample of {benchmark.name} can be read{reason}")
    sounds: dict[str, list[bytes | None]] = {
        "silence": [bytes(2 * sample_rate)] * len(samples),
        "noise": [
            white_noise(sample_rate, stable_hash(seed, "noise", one.name)) for one in samples
        ],
    }
    off_screen = _off_screen(samples, media, seed)
    if any(off_screen):
        sounds["off_screen"] = off_screen
    return UsableSamples(benchmark, samples, media, sounds, faults)


def _off_screen(samples: Sequence[Sample], media: Sequence[Media], seed: int) -> list[bytes | None]:
    known = [{sample.label or sample.group} for sample in samples]
    seen: dict[str, set[str]] = {}
    for sample, labels in zip(samples, known, strict=True):
        seen.setdefault(sample.group, set()).update(labels)
    keys = [str(row) for row in range(len(samples))]
    chosen = off_screen_sounds(
        keys,
        [sample.group for sample in samples],
        known,
        [seen[sample.group] for sample in samples],
        seed,
    )
    return [media[int(chosen[key])].sound if key in chosen else None for key in keys]
