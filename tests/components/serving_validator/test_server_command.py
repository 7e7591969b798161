"""Which server a candidate is tried with."""

from __future__ import annotations

import sys

import pytest

from objects_that_sound.components.serving_validator.server_command import server_command
from objects_that_sound.serving.launcher.not_served_error import NotServedError


def test_tensorflow_model_server_is_used_where_there_is_one(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    local = ["-m", "somewhere"]
    assert server_command(local) == ("local model server", [sys.executable, "-P", *local])
    with pytest.raises(NotServedError, match="no local server"):
        server_command([])
    binary = tmp_path / "tensorflow_model_server"
    binary.write_text("#!/bin/sh\n")
    binary.chmod(0o755)
    assert server_command(local) == ("tensorflow_model_server", [str(binary)])
