"""Fixtures shared by all tests."""

from __future__ import annotations

import functools
import os
import pathlib
import subprocess
import sys
import time
import types
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from objects_that_sound.models.network_config import NetworkConfig

# Before anything imports TensorFlow: no log noise.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
# Commands called in this process would isolate the children of all tests after them.
os.environ.setdefault("PYTHONSAFEPATH", "")

_RUNS = ("first_run", "refused_run", "repeated_run")
"""The fixtures that cost most: runs of the whole pipeline in one root, once a process."""

_REPOSITORY = pathlib.Path(__file__).resolve().parent.parent


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Keeps together, in one process of pytest-xdist, what shares costly fixtures.

    These are the tests of a file, and of all files that name the pipeline's runs.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByFixtures(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            path = nodeid.partition("::")[0]
            return _RUNS[0] if any(name in _text(path) for name in _RUNS) else path

    return ByFixtures(config, log)


@functools.cache
def _text(path: str) -> str:
    return (_REPOSITORY / path).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def shared_data() -> pathlib.Path:
    """The folder of real videos and ESC-10 beside the checkout; skips the test where it is absent."""
    folder = _REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"real videos are not here (looked for {folder.name}/ in ../shared)")
    return folder


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`set_clock(module, monotonic=lambda: 5.0)` gives one module a clock of its own.

    The process's clock is not to be changed: threads of servers, which other tests share, read it.
    """

    def set_clock(module: types.ModuleType, **functions: Callable[[], float]) -> None:
        monkeypatch.setattr(module, "time", types.SimpleNamespace(**functions))

    return set_clock


@pytest.fixture(scope="session")
def s3_settings() -> Iterator[dict[str, str]]:
    """Variables of the environment that lead to an S3 server on loopback (moto's)."""
    pytest.importorskip("moto.server")
    import requests

    from objects_that_sound.serving.launcher.free_ports import free_ports

    [port] = free_ports(1)
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                requests.put(f"{address}/people", timeout=60)
                break
            except requests.ConnectionError:
                assert server.poll() is None and time.monotonic() < deadline
                time.sleep(0.1)
        yield {
            "AWS_ACCESS_KEY_ID": "somebody",
            "AWS_SECRET_ACCESS_KEY": "something",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": address,
        }
    finally:
        server.kill()
        server.wait()


@pytest.fixture(scope="module")
def s3(s3_settings: dict[str, str], request: pytest.FixtureRequest) -> Iterator[str]:
    """An address on that server, for the tests of a module."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in s3_settings.items():
            patch.setenv(name, value)
        yield f"s3://people/{request.module.__name__.rpartition('.')[2]}"


@pytest.fixture(scope="session")
def tiny_config() -> Callable[..., NetworkConfig]:
    """`tiny_config(network, **changes)`: maps of 2x2 places, spectrograms of 33x16."""

    def make(network: str = "avol", **changes) -> NetworkConfig:
        from objects_that_sound.models.network_config import NetworkConfig

        sizes = {
            "image_size": 20,
            "crop_size": 16,
            "sample_rate": 800,
            "window": 64,
            "hop": 50,
            "fft": 64,
            "filters": (4, 8, 16),
            "embedding_size": 8,
            "batch_norm_momentum": 0.8,
        }
        return NetworkConfig(network=network, **(sizes | changes))

    return make
