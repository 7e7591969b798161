"""How near training comes to what the machine can do.

    make bench-train
    python -m benchmarks.train.run --help

It writes TFRecords of synthetic examples at the papers' size and takes training steps of AVE-Net.
Targets are ratios within one run, of medians over rounds that go through everything in turn, so that
they do not depend much on the machine. Other work on it still makes them uncertain: look at the ranges.
"""

from __future__ import annotations

import pathlib
import platform
import statistics
import tempfile

import click

from objects_that_sound.serving.launcher.usable_processors import usable_processors

_END_TO_END = 0.95
_INPUT_MILLISECONDS = 0.75
_SHARE_OF_MATMUL = 0.80
_BANDWIDTH = 100e6  # bytes/s, of storage on a network
_WORKERS = 4


@click.command(help=__doc__.splitlines()[0])
@click.option("--batch-size", default=32, show_default=True, help="Pairs a step.")
@click.option("--steps", default=1, show_default=True, help="Steps of each kind a round.")
@click.option("--rounds", default=9, show_default=True, help="Repeats.")
@click.option("--examples", default=512, show_default=True, help="Synthetic examples.")
@click.option("--tiny", is_flag=True, help="A tiny network: to try the benchmark, not to measure.")
@click.option("--check", is_flag=True, help="Exit with status 1 if a target is missed.")
def main(batch_size: int, steps: int, rounds: int, examples: int, tiny: bool, check: bool) -> None:
    """See the module."""
    import tensorflow as tf

    from benchmarks.train.codecs import measure_codecs
    from benchmarks.train.measurements import Measurements, measure
    from benchmarks.train.several_workers import workers_overhead
    from benchmarks.train.synthetic_examples import write_synthetic_examples
    from objects_that_sound.models.network_config import NetworkConfig

    config = NetworkConfig()
    if tiny:
        config = NetworkConfig(
            image_size=40, crop_size=32, sample_rate=800, window=64, hop=50, fft=64, filters=(4, 8)
        )
    devices = [device.name for device in tf.config.list_logical_devices()]
    print(f"{platform.machine()}, {', '.join(devices)}; TensorFlow {tf.__version__}")
    with tempfile.TemporaryDirectory() as folder:
        costs = measure_codecs(pathlib.Path(folder), config, examples, batch_size, rounds)
        files, jpeg_bytes = write_synthetic_examples(pathlib.Path(folder), config, examples)
        print(
            f"{examples} examples: frames of {config.image_size} pixels, JPEG of "
            f"{jpeg_bytes / 1000:.0f} kB; sounds of {config.sample_rate} Hz"
        )
        found: Measurements = measure(config, files, batch_size, steps, rounds, 4 * examples)
        overhead = workers_overhead(config, files, batch_size, 4 * steps, _WORKERS)
    cores = usable_processors()
    print(f"sound as stored; pairs/s that {cores} cores and storage of 100 MB/s allow")
    for cost in costs:
        print(
            f"  {cost.codec:8}{cost.size / 1000:8.1f} kB an example {cost.milliseconds:8.2f} CPU ms"
            f"{cost.pairs_per_second(_BANDWIDTH, cores):10.0f} pairs/s"
        )
    print(f"AVE-Net, {found.gflop_per_pair:.1f} GFLOP a pair, batch {batch_size}; median (range)")
    for name, values in (
        ("from files, pairs/s", found.from_files),
        ("from memory, pairs/s", found.from_memory),
        ("matrix product, GFLOP/s", found.matmul),
        ("tf.data, CPU ms an example", found.input_milliseconds),
    ):
        spread = f"({min(values):.2f}-{max(values):.2f})"
        print(f"  {name:28}{statistics.median(values):9.2f}  {spread}")
    print(f"  waiting for batches from files: {100 * found.waiting:.1f} % of the time")
    print(
        f"  CPU time of a step of {_WORKERS} workers on loopback / of one process with the same batch: "
        f"{overhead:.2f}"
    )
    met = [
        _tell("from files / from memory", found.end_to_end(), _END_TO_END, least=True),
        _tell(
            "tf.data, CPU ms an example",
            statistics.median(found.input_milliseconds),
            _INPUT_MILLISECONDS,
            least=False,
        ),
        _tell("share of the matmul rate", found.share_of_matmul(), _SHARE_OF_MATMUL, least=True),
    ]
    if check and not all(met):
        raise SystemExit(1)


def _tell(name: str, value: float, target: float, least: bool) -> bool:
    met = value >= target if least else value <= target
    sign = ">=" if least else "<="
    print(f"  {'met   ' if met else 'MISSED'}  {name}: {value:.3f}, wanted {sign} {target}")
    return met


if __name__ == "__main__":
    main()
