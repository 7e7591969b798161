"""What it costs that several processes train together, on one machine.

`python -m benchmarks.train.several_workers SETUP` is one of the processes; SETUP is JSON.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence

from benchmarks.cpu_time import cpu_time
from objects_that_sound.components.die_with_parent import die_with_parent
from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.serving.launcher.free_ports import free_ports


def workers_overhead(
    config: NetworkConfig, files: Sequence[str], batch_size: int, steps: int, count: int
) -> float:
    """CPU time of a step by several workers, all of them together, by that of one process.

    Both take the same batch, held in memory: the workers a part of it each. They talk over loopback;
    what a network would cost besides is waiting, not work.

    Args:
        config: the network.
        files: TFRecords of examples, at least one for each worker.
        batch_size: pairs a step, a multiple of the workers.
        steps: that are measured; two more come before.
        count: number of workers.

    Returns:
        The ratio; 1 means that working together costs nothing.

    Raises:
        RuntimeError: a process failed; says how.
    """
    setup = {
        "network": {**vars(config)},
        "files": list(files),
        "batch_size": batch_size,
        "steps": steps,
    }
    return sum(_cpu_seconds(setup, count)) / sum(_cpu_seconds(setup, 1))


def _cpu_seconds(setup: dict, count: int) -> list[float]:
    """CPU time of the steps of each of the processes."""
    addresses = [f"127.0.0.1:{port}" for port in free_ports(count)]
    processes = []
    for index in range(count):
        environment = os.environ | {"CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
        environment.pop("TF_CONFIG", None)
        if count > 1:
            task = {"type": "worker", "index": index}
            cluster = {"cluster": {"worker": addresses}, "task": task}
            environment["TF_CONFIG"] = json.dumps(cluster)
        command = [sys.executable, "-m", "benchmarks.train.several_workers", json.dumps(setup)]
        processes.append(
            subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
        )
    try:
        seconds = []
        for process in processes:
            output, errors = process.communicate(timeout=1800)
            if process.returncode:
                raise RuntimeError(f"a worker failed: {errors[-2000:]}")
            seconds.append(float(output.splitlines()[-1]))
        return seconds
    finally:
        for process in processes:
            process.kill()


def main() -> None:
    """Takes the steps of one worker, and prints their CPU time in seconds."""
    die_with_parent()
    from objects_that_sound.models.training.devices import device_strategy
    from objects_that_sound.models.training.workers import workers

    strategy, team = device_strategy(), workers()  # before TensorFlow computes anything
    # TensorFlow takes SIGTERM for a notice that a team's worker will be gone soon, and goes on.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)

    import keras

    from objects_that_sound.models.input_pipeline import training_batches
    from objects_that_sound.models.networks.factory import build_network
    from objects_that_sound.models.training.train_step import TrainStep

    setup = json.loads(sys.argv[1])
    config, size = NetworkConfig.from_dict(setup["network"]), setup["batch_size"]
    with strategy.scope():
        network = build_network(config, "split_pairs", seed=0)
        network.compile(keras.optimizers.AdamW(1e-4, weight_decay=1e-5))
        network.optimizer.build(network.trainable_variables)
    step = TrainStep(network, strategy)
    batches = training_batches(setup["files"], config, size, size, seed=0, workers=team)
    # One batch again and again, so that reading is no part of it.
    batches = batches.take(1).cache().repeat()
    if team.count > 1:
        batches = strategy.distribute_datasets_from_function(lambda context: batches)
    following = iter(batches)

    def take(first: int, count: int) -> None:
        for number in range(first, first + count):
            step(number, next(following))
        float(step.results()["loss"])  # waits for the device

    take(1, 2)  # these compile
    print(cpu_time(functools.partial(take, 3, setup["steps"])))


if __name__ == "__main__":
    main()
