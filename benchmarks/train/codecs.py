"""What each way to store sound takes of storage and CPU."""

from __future__ import annotations

import os
import pathlib
import statistics
from typing import NamedTuple, get_args

from benchmarks.train.measurements import SHUFFLE_BUFFER, input_milliseconds
from benchmarks.train.synthetic_examples import write_synthetic_examples
from objects_that_sound.models.input_pipeline import training_batches
from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.sound_codec import AudioCodec


class CodecCost(NamedTuple):
    """What an example takes.

    Attributes:
        codec: how its sound is stored.
        size: bytes of the example.
        milliseconds: CPU time of tf.data.
    """

    codec: AudioCodec
    size: float
    milliseconds: float

    def pairs_per_second(self, bandwidth: float, cores: int) -> float:
        """As many as storage (of `bandwidth` bytes/s) and CPU both allow."""
        return min(bandwidth / self.size, 1000 * cores / self.milliseconds)


def measure_codecs(
    folder: pathlib.Path, config: NetworkConfig, count: int, batch_size: int, rounds: int
) -> list[CodecCost]:
    """Writes `count` examples by each codec to `folder`, and reads them `rounds` times."""
    costs = []
    for codec in get_args(AudioCodec):
        files, _ = write_synthetic_examples(folder / codec, config, count, codec)
        batches = iter(training_batches(files, config, batch_size, SHUFFLE_BUFFER, seed=0))
        times = input_milliseconds(batches, rounds, -(-count // batch_size), batch_size)
        size = sum(os.path.getsize(file) for file in files) / count
        costs.append(CodecCost(codec, size, statistics.median(times)))
    return costs
