"""Where the CPU time of a training step of the preset `real` goes.

    python -m benchmarks.train.step_parts

Each part of the step is run by itself, on a batch held in memory, and its CPU time taken. Beside it
stand the operations of its convolutions and products, and the rate that they reach, by that of a
large float32 matrix product on the same machine.
"""

from __future__ import annotations

import math
import pathlib
import statistics
import tempfile
from collections.abc import Callable, Sequence
from typing import NamedTuple

import click
import keras
import tensorflow as tf

from benchmarks.cpu_time import cpu_time
from benchmarks.train.real_step import real_step
from benchmarks.train.synthetic_examples import write_synthetic_examples
from objects_that_sound.models.networks.avc_network import AvcNetwork
from objects_that_sound.models.training.weight_average import WeightAverage
from objects_that_sound.tfx_pipeline.presets.real import real

_MATRIX = 2048
_STEP = "the step"


class Part(NamedTuple):
    """One row of the table.

    Attributes:
        name: what it is.
        milliseconds: CPU time in a step.
        gflop: of convolutions and products; 0 where they are not counted.
    """

    name: str
    milliseconds: float
    gflop: float = 0.0


@click.command(help=__doc__.splitlines()[0])
@click.option("--rounds", default=5, show_default=True, help="Repeats.")
@click.option("--calls", default=4, show_default=True, help="Calls of each part a round.")
def main(rounds: int, calls: int) -> None:
    """See the module."""
    preset = real()
    with tempfile.TemporaryDirectory() as folder:
        files, _ = write_synthetic_examples(pathlib.Path(folder), preset.network, 512)
        parts, matmul = measure(files, rounds, calls)
    [whole] = [part.milliseconds for part in parts if part.name == _STEP]
    size = preset.training.batch_size
    print(
        f"A step of the preset real, {size} pairs; a matrix product does {matmul:.1f} GFLOP a CPU s"
    )
    for name, milliseconds, gflop in parts:
        rate = f"{1000 * gflop / milliseconds / matmul:7.2f}" if gflop else ""
        print(
            f"  {name:44}{milliseconds:8.1f} ms{100 * milliseconds / whole:6.0f} %{gflop:8.2f}{rate}"
        )


def measure(files: Sequence[str], rounds: int, calls: int) -> tuple[list[Part], float]:
    """Takes the CPU time of every part in turn, round after round.

    Args:
        files: TFRecords of examples.
        rounds: repeats.
        calls: of each part a round.

    Returns:
        The parts, each the median of the rounds: those of the step, what is beside it, and the
        convolutions of the towers one by one; and the GFLOP of a matrix
        product in a second of CPU time.
    """
    network, step, batches = real_step(files)
    average = WeightAverage(network, tf.distribute.get_strategy())
    batch = next(batches)
    inputs, sounds = _inputs(network, batch)
    towers, convolutions = _towers(network, batch, sounds)
    matrices = tf.random.stateless_normal([2, _MATRIX, _MATRIX], [1, 2])
    functions: dict[str, tuple[Callable[[], object], float]] = {
        _STEP: (lambda: step(1, batch), sum(gflop for _, gflop in convolutions.values())),
        **inputs,
        **towers,
        "AdamW": (_optimizer(network), 0.0),
        "beside the step: mean of the weights": (lambda: average.update(1), 0.0),
        **convolutions,
    }
    product = tf.function(lambda: tf.linalg.matmul(matrices[0], matrices[1]), autograph=False)
    timed = {name: function for name, (function, _) in functions.items()}
    timed["matrix product"] = product
    seconds: dict[str, list[float]] = {name: [] for name in timed}
    for function in timed.values():
        function()  # traces
    for _ in range(rounds):
        for name, function in timed.items():
            seconds[name].append(cpu_time(function, calls))
    # Last, because tf.data works ahead while others are measured.
    reading = [cpu_time(lambda: next(batches), 16) for _ in range(rounds)]
    parts = [
        Part(name, 1000 * statistics.median(seconds[name]), gflop)
        for name, (_, gflop) in functions.items()
    ]
    parts.append(Part("beside the step: tf.data", 1000 * statistics.median(reading)))
    alone = [part for part in parts if part.name in convolutions]
    of_towers = sum(part.milliseconds for part in parts if part.name in towers)
    of_alone = sum(part.milliseconds for part in alone)
    parts += [
        Part("both towers: convolutions", of_alone, sum(part.gflop for part in alone)),
        Part("both towers: the rest", of_towers - of_alone),
    ]
    matmul = 2 * _MATRIX**3 / 1e9 / statistics.median(seconds["matrix product"])
    return parts, matmul


def _inputs(network: AvcNetwork, batch: dict[str, tf.Tensor]) -> tuple[dict[str, tuple], int]:
    """What becomes of a batch before the first convolution, and how many sounds are heard."""

    def images() -> tf.Tensor:
        image = network.rescaling(tf.cast(batch["image"], tf.float32))
        return network.random_erasing(network.random_colour(image, training=True), training=True)

    def waveforms() -> tf.Tensor:
        heard = [network.heard(batch["audio"], training=True)]
        if network.sound_contrast:
            heard.append(network.random_mix(batch["audio"], training=True))
        return network.random_gain(tf.concat(heard, axis=0), training=True)

    heard = waveforms()

    def spectrograms() -> tf.Tensor:
        return network.spectrogram(heard, training=True)

    parts = {
        "images: colours, rectangles": (tf.function(images, autograph=False), 0.0),
        "sounds: mixing, background, volume": (tf.function(waveforms, autograph=False), 0.0),
        "sounds: spectrogram, its variation": (tf.function(spectrograms, autograph=False), 0.0),
    }
    return parts, heard.shape[0]


def _towers(
    network: AvcNetwork, batch: dict[str, tf.Tensor], sounds: int
) -> tuple[dict[str, tuple], dict[str, tuple]]:
    """Both towers forward and backward; and each of their convolutions alone."""
    size = batch["image"].shape[0]
    config = network.config
    spectrogram = network.log_spectrogram.compute_output_shape((sounds, config.sample_rate))
    shapes = {"image": (size, *config.image_shape), "audio": spectrogram}
    found: dict[str, tuple] = {}
    alone: dict[str, tuple] = {}
    for kind, tower in (("image", network.image_tower), ("audio", network.audio_tower)):
        shape = shapes[kind]
        total = 0.0
        for layer in tower.layers:
            inputs, shape = shape, layer.compute_output_shape(shape)
            if not isinstance(layer, keras.layers.Conv2D):
                continue
            first = layer is tower.layers[0]
            times = 2 if first else 3  # pixels and spectrograms need no gradient
            gflop = times * 2e-9 * math.prod(layer.kernel.shape) * math.prod(shape[:-1])
            total += gflop
            sizes = " x ".join(map(str, inputs[1:]))
            name = f"{kind} {layer.name} of {sizes}"
            alone[name] = (_both_ways(layer, inputs, not first), gflop)
        found[f"{kind} tower"] = (_both_ways(tower, shapes[kind], False), total)
    return found, alone


def _both_ways(
    layer: keras.layers.Layer, shape: Sequence[int], of_inputs: bool
) -> Callable[[], object]:
    values = tf.random.stateless_normal(shape, [1, 2])
    weights = layer.trainable_variables

    def run() -> list[tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(values)
            outputs = layer(values, training=True)
        sources = [one.value for one in weights] + ([values] if of_inputs else [])
        return tape.gradient(outputs, sources, output_gradients=tf.ones_like(outputs))

    return tf.function(run, autograph=False)


def _optimizer(network: AvcNetwork) -> Callable[[], object]:
    gradients = [tf.ones_like(one.value) * 1e-6 for one in network.trainable_variables]

    def run() -> None:
        network.optimizer.apply_gradients(zip(gradients, network.trainable_variables, strict=True))

    return tf.function(run, autograph=False)


if __name__ == "__main__":
    main()
