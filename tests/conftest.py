"""Fixtures shared by all tests."""

from __future__ import annotations

import os
import pathlib

import pytest

# Before anything imports TensorFlow: no log noise.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

_REPOSITORY = pathlib.Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> pathlib.Path:
    """The folder of real videos and ESC-10 beside the checkout; skips the test where it is absent."""
    folder = _REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"real videos are not here (looked for {folder.name}/ in ../shared)")
    return folder
