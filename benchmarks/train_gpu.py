"""Training speed of the full-size networks on synthetic input, by batch size.

    KERAS_BACKEND=jax python -m benchmarks.train_gpu --help

Runs on Keras with JAX or TensorFlow, and with JAX it needs no TensorFlow: see docs/laboratory/training.md for
what to carry to a machine that has neither Keras nor a network. It times Keras's own training step
(augmentation, spectrogram, forward, backward, AdamW, metrics), compiled, on batches that lie in the
device's memory already: what the chip gives when input never makes it wait.
"""

from __future__ import annotations

import dataclasses
import json
import statistics
import time

import click
import keras
import numpy as np

from benchmarks.flops import training_flops_per_pair
from benchmarks.gpu.chips import peak_tflops
from objects_that_sound.models.losses.objectives import OBJECTIVES
from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.networks.factory import build_network
from objects_that_sound.tfx_pipeline.presets.registry import PRESETS

_BATCHES = 2  # that take turns
_WARM_UP = 3  # steps after compilation


@click.command(help=__doc__.splitlines()[0])
@click.option(
    "--network",
    type=click.Choice(["ave", "avol", "l3"]),
    default="ave",
    show_default=True,
    help="That of the preset of this name.",
)
@click.option("--network-config", default="{}", help="Fields of NetworkConfig to change, as JSON.")
@click.option("--batch-sizes", default="64,128,256,512,1024", show_default=True)
@click.option(
    "--precision",
    type=click.Choice(["mixed_bfloat16", "float32"]),
    default="mixed_bfloat16",
    show_default=True,
)
@click.option(
    "--objective", type=click.Choice(list(OBJECTIVES)), default="all_pairs", show_default=True
)
@click.option("--steps", default=20, show_default=True, help="Steps a round.")
@click.option("--rounds", default=5, show_default=True, help="Their median counts.")
@click.option(
    "--loss-steps", default=0, help="Also print the losses of so many steps on one batch."
)
@click.option("--peak-tflops", "peak", type=float, help="Of the chip, if it is not known.")
def main(
    network: str,
    network_config: str,
    batch_sizes: str,
    precision: str,
    objective: str,
    steps: int,
    rounds: int,
    loss_steps: int,
    peak: float | None,
) -> None:
    """Prints a Markdown table."""
    step_class = _step_class()
    try:
        sizes = [int(size) for size in batch_sizes.split(",")]
        config = dataclasses.replace(PRESETS[network]().network, **json.loads(network_config))
    except (ValueError, TypeError) as error:
        raise click.BadParameter(str(error)) from error
    if min(sizes) < 2:
        raise click.BadParameter("batches need 2 examples: negatives come from the same batch")
    keras.config.set_dtype_policy(precision)
    built = _build(config, objective)
    flops = training_flops_per_pair(built)
    chip = step_class.chip()
    dtype = "bfloat16" if precision == "mixed_bfloat16" else "float32"
    large = chip != "cpu"
    matmul = step_class.matmul_tflops(8192 if large else 1024, dtype, 1.0)
    peak = peak or peak_tflops(chip)
    print(f"{chip}; Keras {keras.__version__}, {step_class.version()}")
    print(f"{network}, {built.count_params():,} parameters, {objective}, {precision}")
    print(f"{flops / 1e9:.4g} GFLOP a pair, forward and backward, by formula from the layers")
    known = f"{peak:.0f} TFLOP/s" if peak else "not known"
    print(f"peak in bfloat16 {known}; matrix products in {dtype} ran at {matmul:.3g} TFLOP/s\n")
    print("| batch | ms a step | spread | pairs/s | TFLOP/s | of peak | of matmul | GB |")
    print("|---|---|---|---|---|---|---|---|")
    for size in sizes:
        try:
            step = step_class(_build(config, objective), _batches(config, size))
            seconds = _seconds(step, steps, rounds)
        except Exception as error:
            if not _is_out_of_memory(error):
                raise
            print(f"| {size} | out of memory | | | | | | |", flush=True)
            break
        median = statistics.median(seconds)
        rate = flops * size / median / 1e12
        cells = [
            f"{size}",
            f"{1e3 * median:.4g}",
            f"{100 * (max(seconds) - min(seconds)) / median:.0f} %",
            f"{size / median:.0f}" if size / median > 20 else f"{size / median:.1f}",
            f"{rate:.3g}",
            f"{100 * rate / peak:.1f} %" if peak else "-",
            f"{100 * rate / matmul:.1f} %",
            f"{memory / 1e9:.2f}" if (memory := step.memory()) else "-",
        ]
        print("| " + " | ".join(cells) + " |", flush=True)
        if loss_steps:
            losses = " ".join(f"{loss:.4f}" for loss in step.losses(loss_steps))
            print(f"\nlosses at {size}: {losses}\n", flush=True)
        del step


def _step_class():
    if keras.backend.backend() == "jax":
        from benchmarks.gpu.jax_step import JaxStep

        return JaxStep
    if keras.backend.backend() == "tensorflow":
        from benchmarks.gpu.tensorflow_step import TensorFlowStep

        return TensorFlowStep
    raise click.UsageError("set KERAS_BACKEND to jax or tensorflow")


def _build(config: NetworkConfig, objective: str) -> keras.Model:
    network = build_network(config, objective, seed=0)
    network.compile(keras.optimizers.AdamW(1e-4, weight_decay=1e-5))
    return network


def _batches(config: NetworkConfig, size: int) -> list[dict[str, np.ndarray]]:
    rng = np.random.default_rng(0)
    return [
        {
            "image": rng.integers(0, 256, [size, *config.image_shape], np.uint8),
            "audio": rng.integers(-20000, 20000, [size, config.sample_rate], np.int16),
            "group": np.arange(size, dtype=np.int32),
        }
        for _ in range(_BATCHES)
    ]


def _seconds(step, steps: int, rounds: int) -> list[float]:
    """Of a step, by round."""
    step.run(_WARM_UP)
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        step.run(steps)
        seconds.append((time.perf_counter() - start) / steps)
    return seconds


def _is_out_of_memory(error: Exception) -> bool:
    return "RESOURCE_EXHAUSTED" in str(error) or type(error).__name__ == "ResourceExhaustedError"


if __name__ == "__main__":
    main()
