"""The requests that the documentation shows, sent to a server of what a run has pushed."""

from __future__ import annotations

import json
import os
import pathlib
import re
import shutil
import subprocess
from collections.abc import Iterator

import pytest
import tensorflow as tf

from objects_that_sound.models import examples as contract
from objects_that_sound.serving.model_server.model_server import ModelServer
from objects_that_sound.serving.model_server.model_server_options import ModelServerOptions

_DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
_ADDRESS = "localhost:8501"
_CURL = re.compile(r"^curl (?:[^\n]*<<END\n.*?\nEND|[^\n]*)$", re.MULTILINE | re.DOTALL)


def _blocks(language: str) -> list[str]:
    """Fenced code of the pages on requests."""
    fenced = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
    pages = [(_DOCS / name).read_text() for name in ("serving.md", "serving_api.md", "search.md")]
    blocks = [found for page in pages for found in fenced.findall(page)]
    return [text for name, text in blocks if name == language]


_COMMANDS = [command for block in _blocks("") for command in _CURL.findall(block)]
_SNIPPETS = [block for block in _blocks("python") if _ADDRESS in block and "client" in block]


@pytest.fixture(scope="module")
def media(first_run, root, tmp_path_factory) -> pathlib.Path:
    """A folder with the frame and the sound of an example, as the requests name them."""
    [file, *_] = root.glob("artifacts/VideoExampleGen/examples/*/Split-eval/*")
    records = tf.data.TFRecordDataset(str(file), compression_type="GZIP").as_numpy_iterator()
    example = contract.read_example(next(records))
    folder = tmp_path_factory.mktemp("media")
    (folder / "frame.jpg").write_bytes(example[contract.IMAGE][0])
    (folder / "second.pcm").write_bytes(example[contract.AUDIO][0])
    return folder


@pytest.fixture(scope="module")
def address(first_run, root, tmp_path_factory) -> Iterator[str]:
    """Of a server of the model and of the index that the run has pushed, with metrics."""
    folder = tmp_path_factory.mktemp("server")
    models = "".join(
        f'config {{ name: "{name}" base_path: {json.dumps(str(root / "serving" / name), ensure_ascii=False)} '
        'model_platform: "tensorflow" }\n'
        for name in ("objects-that-sound", "search")
    )
    (folder / "models.config").write_text(f"model_config_list {{\n{models}}}\n")
    (folder / "monitoring.config").write_text("prometheus_config { enable: true }\n")
    options = ModelServerOptions(
        model_config_file=folder / "models.config",
        monitoring_config_file=folder / "monitoring.config",
        port=0,
        rest_api_port=None,
        bind_address="127.0.0.1",
    )
    with ModelServer(options) as server:
        yield f"127.0.0.1:{server.rest_api_port}"


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("command", _COMMANDS, ids=lambda text: " ".join(text.split()[1:9]))
def test_curl_is_answered(command, address, media):
    command = command.replace(_ADDRESS, address).replace("curl ", "curl -s --fail-with-body ", 1)
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=media,
        env=os.environ | {"NO_PROXY": "127.0.0.1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    if "metrics" in command:
        assert ":tensorflow:serving:request_count" in done.stdout
        return
    [(kind, answer)] = json.loads(done.stdout).items()
    assert kind in ("model_version_status", "predictions", "outputs")
    assert answer


@pytest.mark.parametrize("snippet", _SNIPPETS, ids=lambda text: text.split('"')[1])
def test_python_is_answered(snippet, address, media):
    names = {
        "jpeg": (media / "frame.jpg").read_bytes(),
        "pcm": (media / "second.pcm").read_bytes(),
    }
    exec(snippet.replace(_ADDRESS, address), names)
    assert {"client"} <= set(names)


def test_all_kinds_of_requests_are_shown():
    assert len(_COMMANDS) == 6
    assert len(_SNIPPETS) == 2
