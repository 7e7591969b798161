"""A compiled pipeline, and what runs it without a cluster."""

from __future__ import annotations

import http.server
import importlib.util
import json
import pathlib
import sys
import threading
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest
from click.testing import CliRunner

from objects_that_sound.tfx_pipeline.cli import main

IMAGE = "registry.example/objects-that-sound:1.0"


@pytest.fixture(scope="session")
def local_kubeflow() -> ModuleType:
    """The module beside this one."""
    name = "local_kubeflow"
    path = pathlib.Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., pathlib.Path]:
    """`compiled(*options)`: the file that `ots compile` writes."""

    def run(*options: str) -> pathlib.Path:
        path = tmp_path_factory.mktemp("compiled") / "pipeline.yaml"
        arguments = ["compile", "--target", "kubeflow", "--image", IMAGE, "--output", str(path)]
        result = CliRunner().invoke(main, [*arguments, *options])
        assert result.exit_code == 0, result.output
        return path

    return run


@pytest.fixture(scope="session")
def package(compiled) -> pathlib.Path:
    """Compiled without options."""
    return compiled()


@pytest.fixture(scope="session")
def reporting(compiled) -> pathlib.Path:
    """Compiled with a report of failures, and with what a cluster may ask for."""
    return compiled(
        *("--report-failures", "hooks:url", "--retries", "trainer=5"),
        *("--cpu", "500m", "--cpu", "trainer=8", "--memory", "pusher=2Gi"),
        *("--node-selector", "zone=a", "--node-selector", "trainer=pool=gpu"),
        *("--toleration", "team=sound", "--toleration", "trainer=nvidia.com/gpu=*:NoSchedule"),
        *("--secret-env", "s3:key=AWS_SECRET_ACCESS_KEY", "--secret-env", "pusher=s3:id=ID"),
        *("--ephemeral-storage", "trainer=200Gi:/minio/mlpipeline"),
        *("--image-pull-policy", "Always", "--image-pull-policy", "trainer=IfNotPresent"),
    )


@pytest.fixture
def push(first_run, root, videos, tmp_path) -> Callable[..., list[pathlib.Path]]:
    """`push(node, blessed)`: pushes what the local run made; returns the folders of all versions."""
    from tfx.types import Artifact, BaseChannel, standard_artifacts
    from tfx.types.channel import UnionChannel

    from objects_that_sound.tfx_pipeline.kubeflow.push_destination import PushDestination
    from objects_that_sound.tfx_pipeline.kubeflow.tfx_graph import tfx_graph
    from objects_that_sound.tfx_pipeline.run_options import RunOptions

    properties = {
        "VideoExampleGen": {"num_seconds": first_run.report["data"]["num_seconds"]},
        "ServingValidator": {"blessed": 1},
    }

    def artifact(channel: BaseChannel) -> Artifact:
        made = channel.type()
        folder = root / "artifacts" / channel.producer_component_id / channel.output_key
        made.uri = str(min(folder.iterdir(), key=lambda path: int(path.name)))  # the first run's
        for name, value in properties.get(channel.producer_component_id, {}).items():
            made.set_int_custom_property(name, value)
        return made

    def run(node: str, blessed: bool = True) -> list[pathlib.Path]:
        properties["ModelGate"] = {"blessed": int(blessed)}
        options = RunOptions((str(videos),), preset="smoke", data_license="CC BY 4.0")
        graph = tfx_graph(options, PushDestination(str(tmp_path / "models")))
        [pusher] = (one for one in graph.components if one.id == node)
        inputs = {
            name: channel.channels if isinstance(channel, UnionChannel) else [channel]
            for name, channel in pusher.inputs.items()
        }
        pushed = standard_artifacts.PushedModel()
        pushed.uri = str(tmp_path / "pushed")
        pusher.executor_spec.executor_class().Do(
            {name: list(map(artifact, channels)) for name, channels in inputs.items()},
            {"pushed_model": [pushed]},
            pusher.exec_properties,
        )
        return list((tmp_path / "models").glob("*/*"))

    return run


class Webhook:
    """A server that is told of failures.

    Attributes:
        url: that it is asked at; a secret.
        texts: what it was told.
        status: HTTP status that it answers with.
    """

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.status = 200
        webhook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                webhook.texts.append(json.loads(body)["text"])
                self.send_response(webhook.status)
                self.end_headers()

            def log_message(self, *arguments: object) -> None:
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/secret"


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    """Listens while the test runs; the environment names it."""
    webhook = Webhook()
    monkeypatch.setenv("REPORT_WEBHOOK", webhook.url)
    thread = threading.Thread(target=webhook.server.serve_forever, daemon=True)
    thread.start()
    yield webhook
    webhook.server.shutdown()
    webhook.server.server_close()
    thread.join()
