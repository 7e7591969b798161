"""`ots serve` as a process."""

from __future__ import annotations

import pathlib
import re
import signal
import subprocess
import sys
import threading

import pytest
import requests
from click.testing import CliRunner

from tfx_pipeline.commands.serve import command

_ROOT = pathlib.Path(__file__).parents[3]


def free_ports() -> list[int]:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as a, socket.create_server(("127.0.0.1", 0)) as b:
        return [a.getsockname()[1], b.getsockname()[1]]


@pytest.mark.slow  # a process of its own imports TensorFlow
def test_serves_until_terminated(toy_folder: pathlib.Path):
    port, rest_port = free_ports()
    arguments = [
        f"--model_base_path={toy_folder}",
        "--model_name=toy",
        f"--port={port}",
        f"--rest_api_port={rest_port}",
        "--bind_address=127.0.0.1",
    ]
    code = "from tfx_pipeline.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "serve", *arguments],
        cwd=_ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    watchdog = threading.Timer(120, process.kill)
    watchdog.start()
    try:
        lines = [process.stdout.readline().strip() for _ in range(2)]
        assert lines == [
            f"Running gRPC ModelServer at 127.0.0.1:{port} ...",
            f"Exporting HTTP/REST API at:localhost:{rest_port} ...",
        ]
        url = f"http://127.0.0.1:{rest_port}/v1/models/toy:predict"
        body = {"signature_name": "scaled", "instances": [1, 2]}
        answer = requests.post(url, json=body, timeout=10).json()
        assert answer == {"predictions": [2.0, 4.0]}
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate()
    finally:
        watchdog.cancel()
        process.kill()
        process.wait()
    assert process.returncode == 0
    assert re.search("toy: version 3 is served", log)
    assert re.search("toy: version 3 is unloaded", log)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--model_base_path=."], "both 0"),
        (["--model_base_path=nowhere", "--rest_api_port=8501"], "nowhere is not a folder"),
        (["--model_base_path=.", "--enable_everything=1"], "No such option"),
        ([], "--model_base_path"),
    ],
)
def test_refuses(
    arguments: list[str], words: str, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    result = CliRunner().invoke(command, ["--port=0", *arguments])
    assert result.exit_code == 2
    assert words in result.output
