"""Options that cannot work."""

from __future__ import annotations

import pathlib

import pytest

from serving.model_server.model_server_options import ModelServerOptions


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"port": 0, "rest_api_port": 0}, "nothing would be served"),
        ({"port": 5, "rest_api_port": 5}, "must differ"),
        ({"model_name": ""}, "model_name"),
        ({"file_system_poll_wait_seconds": -1}, "negative"),
    ],
)
def test_contradictions(tmp_path: pathlib.Path, changes: dict, words: str):
    with pytest.raises(ValueError, match=words):
        ModelServerOptions(tmp_path, **changes).check()


def test_base_path(tmp_path: pathlib.Path):
    ModelServerOptions(tmp_path).check()
    with pytest.raises(FileNotFoundError, match="numbered folders"):
        ModelServerOptions(tmp_path / "nowhere").check()
    (tmp_path / "saved_model.pb").touch()
    with pytest.raises(FileNotFoundError, match="folder above it"):
        ModelServerOptions(tmp_path).check()
