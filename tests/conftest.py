"""Fixtures shared by all tests."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from objects_that_sound.models.network_config import NetworkConfig

# Before anything imports TensorFlow: no log noise.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
# Commands called in this process would isolate the children of all tests after them.
os.environ.setdefault("PYTHONSAFEPATH", "")

_ONE_RUN = "first_run"
"""The fixture that costs most: a run of the whole pipeline, once a session."""

_REPOSITORY = pathlib.Path(__file__).resolve().parent.parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keeps together, in one process of pytest-xdist, what shares costly fixtures.

    These are the tests of a file, and of all files in which some test needs the pipeline's run.
    """
    if not config.pluginmanager.hasplugin("xdist"):
        return
    running = {item.path for item in items if _ONE_RUN in getattr(item, "fixturenames", ())}
    for item in items:
        group = _ONE_RUN if item.path in running else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def shared_data() -> pathlib.Path:
    """The folder of real videos and ESC-10 beside the checkout; skips the test where it is absent."""
    folder = _REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"real videos are not here (looked for {folder.name}/ in ../shared)")
    return folder


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
