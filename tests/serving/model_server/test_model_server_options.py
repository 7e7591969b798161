"""Options that cannot work."""

from __future__ import annotations

import pathlib

import pytest

from objects_that_sound.serving.model_server.model_server_options import ModelServerOptions


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"port": 0, "rest_api_port": 0}, "nothing would be served"),
        ({"port": 5, "rest_api_port": 5}, "must differ"),
        ({"model_name": ""}, "model_name"),
        ({"model_base_path": None}, "either --model_base_path or --model_config_file"),
        ({"batching_parameters_file": pathlib.Path("x")}, "without --enable_batching"),
        ({"rest_api_enable_ssl": True}, "--ssl_config_file"),
        ({"monitoring_config_file": pathlib.Path("x")}, "needs --rest_api_port"),
        (
            {"tensorflow_session_parallelism": 1, "tensorflow_inter_op_parallelism": 1},
            "not both",
        ),
    ],
)
def test_contradictions(tmp_path: pathlib.Path, changes: dict, words: str):
    with pytest.raises(ValueError, match=words):
        ModelServerOptions(**({"model_base_path": tmp_path} | changes)).check()


def test_files_that_are_not_there(tmp_path: pathlib.Path):
    with pytest.raises(FileNotFoundError, match=r"--model_config_file .*nowhere is not a file"):
        ModelServerOptions(model_config_file=tmp_path / "nowhere").check()
    ModelServerOptions(tmp_path, grpc_socket_path="socket", port=0).check()


def test_base_path(tmp_path: pathlib.Path):
    ModelServerOptions(tmp_path).check()
    ModelServerOptions(tmp_path / "not yet").check()
    (tmp_path / "file").touch()
    with pytest.raises(FileNotFoundError, match="numbered folders"):
        ModelServerOptions(tmp_path / "file").check()
    (tmp_path / "saved_model.pb").touch()
    with pytest.raises(FileNotFoundError, match="folder above it"):
        ModelServerOptions(tmp_path).check()


def test_only_this_machine_can_ask_unless_told_otherwise(tmp_path: pathlib.Path):
    assert ModelServerOptions(tmp_path).bind_address == "127.0.0.1"
