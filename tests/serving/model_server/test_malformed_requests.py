"""A thousand malformed requests: each a right status, the server lives, its memory stays flat."""

from __future__ import annotations

import collections
import contextlib
import pathlib
import time
from collections.abc import Callable, Iterator

import psutil
import pytest
import requests

from benchmarks.serving.malformed_requests import MalformedRequests
from objects_that_sound.components.isolated_python import isolated_python
from objects_that_sound.serving.launcher.launch_server import launch_server
from objects_that_sound.serving.launcher.server_process import ServerProcess
from objects_that_sound.serving.model_server.model_server import ModelServer
from objects_that_sound.tfx_pipeline.local_server import LOCAL_SERVER

_FREE_AT_ONCE = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "16384",
    "MALLOC_TRIM_THRESHOLD_": "65536",
}


@contextlib.contextmanager
def malformed_requests(
    port: int, rest_api_port: int, sample_rate: int, jpeg_bomb: bytes
) -> Iterator[MalformedRequests]:
    made = MalformedRequests(port, rest_api_port, sample_rate, jpeg_bomb)
    yield made
    made.close()


def config_file(path: pathlib.Path, **base_paths: pathlib.Path) -> pathlib.Path:
    models = "".join(
        f'config {{ name: "{name}" base_path: "{base_path}" model_platform: "tensorflow" }}'
        for name, base_path in base_paths.items()
    )
    path.write_text(f"model_config_list {{ {models} }}")
    return path


def test_two_hundred(
    toy_folder: pathlib.Path,
    sound_server: ModelServer,
    tmp_path: pathlib.Path,
    options: Callable,
    jpeg_bomb: bytes,
):
    sound_folder = sound_server.options.model_base_path
    config = config_file(tmp_path / "models.config", toy=toy_folder, sound=sound_folder)
    with (
        ModelServer(options(model_config_file=config)) as server,
        malformed_requests(server.port, server.rest_api_port, 8000, jpeg_bomb) as malformed,
    ):
        for request in malformed.make(200, huge=2):
            status = request.send()
            assert status in request.right, request.name


@pytest.mark.slow  # a server process with this project's own network
def test_a_thousand_and_flat_memory(
    toy_folder: pathlib.Path,
    tmp_path: pathlib.Path,
    jpeg_bomb: bytes,
    monkeypatch: pytest.MonkeyPatch,
):
    from objects_that_sound.models.network_config import NetworkConfig
    from objects_that_sound.models.networks.factory import build_network
    from objects_that_sound.models.signatures import ServingSignatures

    network = NetworkConfig(
        image_size=40, crop_size=32, sample_rate=800, window=64, hop=50, fft=64, filters=(4, 8)
    )
    ServingSignatures(build_network(network)).save(str(tmp_path / "sound" / "1"))
    config = config_file(tmp_path / "models.config", toy=toy_folder, sound=tmp_path / "sound")
    # What is freed goes back to the system at once. By itself, glibc keeps up to 70 MiB, in an
    # arena of each thread, now and then: the busier the machine is, the more threads are used.
    for name, value in _FREE_AT_ONCE.items():
        monkeypatch.setenv(name, value)
    command = [
        *isolated_python(*LOCAL_SERVER),
        f"--model_config_file={config}",
        "--rest_api_timeout_in_ms=600000",  # on a busy machine, no answer is "too late"
    ]
    names: collections.Counter[str] = collections.Counter()
    with (
        launch_server(command, ["toy", "sound"], tmp_path / "log") as server,
        malformed_requests(server.port, server.rest_api_port, 800, jpeg_bomb) as malformed,
    ):
        for request in malformed.make(400, huge=6):  # everything has been used, caches are full
            assert request.send() in request.right, request.name
        before = settled_memory(server.pid)
        for request in malformed.make(1000, huge=12):
            status = request.send()
            assert status in request.right, request.name
            names[request.name] += 1
        growth = settled_memory(server.pid) - before
        print(f"{sum(names.values())} requests of {len(names)} kinds; memory +{growth >> 20} MiB")
        lives(server)
    assert len(names) > 40
    assert growth < 10 * 2**20
    assert "Traceback" not in server.log.read_text()


def settled_memory(pid: int) -> int:
    """Bytes, once they fall no more: what a request was sent with is freed behind its answer."""
    memory_of = psutil.Process(pid).memory_info
    least, unchanged = memory_of().rss, 0
    while unchanged < 10:
        time.sleep(0.3)
        now = memory_of().rss
        unchanged = unchanged + 1 if now >= least else 0
        least = min(least, now)
    return least


def lives(server: ServerProcess) -> None:
    assert server.is_running
    url = f"http://127.0.0.1:{server.rest_api_port}/v1/models/toy:predict"
    answer = requests.post(url, json={"signature_name": "scaled", "inputs": [1]}, timeout=10)
    assert answer.json() == {"outputs": [2.0]}
