"""What is measured, in turn, so that a drift of the machine's speed hits all alike."""

from __future__ import annotations

import dataclasses
import itertools
import statistics
import time
from collections.abc import Iterator, Sequence

import keras
import tensorflow as tf

from benchmarks.cpu_time import cpu_time
from benchmarks.flops import training_flops_per_pair
from objects_that_sound.models.input_pipeline import training_batches
from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.networks.factory import build_network
from objects_that_sound.models.training.input_clock import InputClock
from objects_that_sound.models.training.train_step import Batch, TrainStep

_MATRIX = 2048
SHUFFLE_BUFFER = 128


@dataclasses.dataclass
class Measurements:
    """Figures of all rounds.

    Attributes:
        gflop_per_pair: of the training step; see `training_flops_per_pair`.
        from_files: pairs/s of steps on batches out of TFRecords.
        from_memory: pairs/s of the same steps on batches held in memory.
        matmul: GFLOP/s of a large float32 matrix product.
        input_milliseconds: CPU time of tf.data per example.
        waiting: share of the time of steps from files spent waiting for a batch.
    """

    gflop_per_pair: float
    from_files: list[float] = dataclasses.field(default_factory=list)
    from_memory: list[float] = dataclasses.field(default_factory=list)
    matmul: list[float] = dataclasses.field(default_factory=list)
    input_milliseconds: list[float] = dataclasses.field(default_factory=list)
    waiting: float = 0.0

    def end_to_end(self) -> float:
        """Pairs/s from files by pairs/s from memory, of medians over rounds."""
        return statistics.median(self.from_files) / statistics.median(self.from_memory)

    def share_of_matmul(self) -> float:
        """FLOP/s of the step by those of the matrix product, of medians over rounds."""
        return (
            statistics.median(self.from_memory)
            * self.gflop_per_pair
            / statistics.median(self.matmul)
        )


def measure(
    config: NetworkConfig,
    files: Sequence[str],
    batch_size: int,
    steps: int,
    rounds: int,
    input_examples: int,
) -> Measurements:
    """Measures everything, after a step of each that does not count.

    Args:
        config: the network.
        files: TFRecords of examples.
        batch_size: pairs a step.
        steps: of each kind a round.
        rounds: repeats of all.
        input_examples: examples to read a round for tf.data's CPU time.
    """
    network = build_network(config, "split_pairs", seed=0)
    network.compile(keras.optimizers.AdamW(1e-4, weight_decay=1e-5))
    network.optimizer.build(network.trainable_variables)
    step = TrainStep(network, tf.distribute.get_strategy())
    found = Measurements(training_flops_per_pair(network) / 1e9)

    def batches() -> Iterator[Batch]:
        return iter(training_batches(files, config, batch_size, SHUFFLE_BUFFER, seed=0))

    # Before there is a second pipeline in this process, whose threads would count.
    found.input_milliseconds = input_milliseconds(
        batches(), rounds, -(-input_examples // batch_size), batch_size
    )
    clock = InputClock()
    from_files = clock.iterate(batches())
    in_memory = itertools.cycle([next(from_files) for _ in range(2)])
    _pairs_per_second(step, in_memory, 1, batch_size)
    _matmul_gflops()
    waited_before = clock.waited
    for number in range(rounds):
        found.matmul.append(_matmul_gflops())
        kinds = [(found.from_memory, in_memory), (found.from_files, from_files)]
        # Each kind is first as often as second.
        for rates, source in kinds if number % 2 else reversed(kinds):
            rates.append(_pairs_per_second(step, source, steps, batch_size))
    seconds = sum(steps * batch_size / rate for rate in found.from_files)
    found.waiting = (clock.waited - waited_before) / seconds
    return found


def _pairs_per_second(
    step: TrainStep, batches: Iterator[Batch], steps: int, batch_size: int
) -> float:
    started = time.perf_counter()
    for number in range(steps):
        step(number + 1, next(batches))
    float(step.results()["loss"])  # waits for the device
    return steps * batch_size / (time.perf_counter() - started)


def input_milliseconds(
    batches: Iterator[Batch], rounds: int, count: int, batch_size: int
) -> list[float]:
    """CPU time of this process per example while nothing else runs in it.

    Batches are taken as fast as they come, so that none is made ahead.
    """
    for _ in range(count):  # threads and buffers find their sizes
        next(batches)
    return [1000 * cpu_time(lambda: next(batches), count) / batch_size for _ in range(rounds)]


@tf.function
def _product(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    return tf.linalg.matmul(a, b)


def _matmul_gflops(seconds: float = 1.0) -> float:
    """Of float32 matrices, over about so many seconds."""
    a, b = tf.random.stateless_normal([2, _MATRIX, _MATRIX], [1, 2])
    rates = []
    ended = time.perf_counter() + seconds
    while time.perf_counter() < ended:
        started = time.perf_counter()
        _product(a, b)[0, 0].numpy()
        rates.append(2 * _MATRIX**3 / 1e9 / (time.perf_counter() - started))
    return statistics.median(rates)
