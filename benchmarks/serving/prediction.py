"""Scores over gRPC and REST against calling the SavedModel in this process."""

from __future__ import annotations

import concurrent.futures
import pathlib
import statistics
import time
from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.serving.requests import make_pairs
from benchmarks.serving.target import Target

_LIMIT = 1.2
_NAME = "objects-that-sound"

Score = Callable[[Sequence[bytes], Sequence[bytes]], np.ndarray]


def measure(folder: pathlib.Path, rounds: int, seconds: float, callers: int) -> list[Target]:
    """Times all three ways in turn, round after round.

    Args:
        folder: for a model and the server's log.
        rounds: repeats.
        seconds: of each measurement of throughput.
        callers: threads that ask at the same time for it, whichever the way.

    Returns:
        The overhead in throughput at batch 32: the median of the rounds' ratios.
    """
    import tensorflow as tf

    from objects_that_sound.components.isolated_python import isolated_python
    from objects_that_sound.serving.client.grpc_client import GrpcClient
    from objects_that_sound.serving.client.rest_client import RestClient
    from objects_that_sound.serving.launcher.launch_server import launch_server
    from objects_that_sound.tfx_pipeline.local_server import LOCAL_SERVER

    base_path = folder / "model"
    size, rate = _save_model(base_path / "1")
    images, sounds = make_pairs(32, size, rate)
    signature = tf.saved_model.load(str(base_path / "1")).signatures["score"]

    def in_process(images: Sequence[bytes], sounds: Sequence[bytes]) -> np.ndarray:
        return signature(image=tf.constant(images), audio=tf.constant(sounds))["score"].numpy()

    flags = [f"--model_base_path={base_path}", f"--model_name={_NAME}"]
    command = isolated_python(*LOCAL_SERVER, *flags)
    with launch_server(command, [_NAME], folder / "server.log") as server:
        ways: dict[str, Score] = {"in process": in_process}
        grpc = GrpcClient(server.addresses["grpc"], _NAME)
        rest = RestClient(server.addresses["rest"], _NAME)
        ways |= {"gRPC": grpc.score, "REST": rest.score}
        expected = in_process(images, sounds)
        for way in ways.values():  # warms up as well
            np.testing.assert_allclose(way(images, sounds), expected, atol=1e-5)
        singles: dict[str, list[float]] = {name: [] for name in ways}
        batches: dict[str, list[float]] = {name: [] for name in ways}
        rates: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, way in ways.items():
                singles[name] += _latencies(way, images[:1], sounds[:1], 50)
                batches[name] += _latencies(way, images, sounds, 10)
                rates[name].append(_throughput(way, images, sounds, seconds, callers))
        grpc.close()
        rest.close()
    kilobytes = (len(images[0]) + len(sounds[0])) / 1000
    print(
        f"Scores of pairs of {kilobytes:.0f} kB; one caller's p50 and p99 in ms, throughput of "
        f"{callers} callers with batches of 32 in pairs/s, median (range) of {rounds} rounds"
    )
    for name in ways:
        p50, p99 = np.percentile(singles[name], [50, 99])
        b50, b99 = np.percentile(batches[name], [50, 99])
        print(
            f"  {name:12} one: {p50:6.1f} {p99:6.1f}   32: {b50:7.1f} {b99:7.1f}   throughput: "
            f"{statistics.median(rates[name]):7.1f} ({min(rates[name]):.1f}-{max(rates[name]):.1f})"
        )
    return [
        Target(
            f"throughput in process / over {name}, batch 32",
            statistics.median(
                alone / served
                for alone, served in zip(rates["in process"], rates[name], strict=True)
            ),
            _LIMIT,
        )
        for name in ("gRPC", "REST")
    ]


def _save_model(folder: pathlib.Path) -> tuple[int, int]:
    """The demo's network, untrained; returns its image size and sample rate."""
    from objects_that_sound.models.networks.factory import build_network
    from objects_that_sound.models.signatures import ServingSignatures
    from objects_that_sound.tfx_pipeline.presets.demo import demo

    config = demo().network
    ServingSignatures(build_network(config)).save(str(folder))
    return config.image_size, config.sample_rate


def _latencies(
    way: Score, images: Sequence[bytes], sounds: Sequence[bytes], count: int
) -> list[float]:
    found = []
    for _ in range(count):
        start = time.perf_counter()
        way(images, sounds)
        found.append(1000 * (time.perf_counter() - start))
    return found


def _throughput(
    way: Score, images: Sequence[bytes], sounds: Sequence[bytes], seconds: float, callers: int
) -> float:
    start = time.perf_counter()

    def ask() -> int:
        count = 0
        while time.perf_counter() - start < seconds:
            way(images, sounds)
            count += len(images)
        return count

    with concurrent.futures.ThreadPoolExecutor(callers) as pool:
        count = sum(future.result() for future in [pool.submit(ask) for _ in range(callers)])
    return count / (time.perf_counter() - start)
