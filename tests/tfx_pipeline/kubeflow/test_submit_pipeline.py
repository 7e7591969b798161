"""`ots submit`, against a server that answers like Kubeflow Pipelines' API."""

from __future__ import annotations

import dataclasses
import json
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from click.testing import CliRunner
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from objects_that_sound.tfx_pipeline.cli import main
from objects_that_sound.tfx_pipeline.kubeflow import submit_pipeline as module

API = "/apis/v2beta1"
TOKEN = "secret"


@dataclasses.dataclass
class Server:
    """What the server knows, and is to answer.

    Attributes:
        url: of it.
        experiments: names.
        runs: bodies of the requests.
        states: that a run goes through, one a question.
        token: that it asks for.
        refuses: an answer to every run, instead.
    """

    url: str = ""
    experiments: list[str] = dataclasses.field(default_factory=list)
    runs: list[dict] = dataclasses.field(default_factory=list)
    states: list[str] = dataclasses.field(default_factory=lambda: ["SUCCEEDED"])
    token: str = ""
    refuses: tuple[int, str] | None = None

    async def list_experiments(self, request: Request) -> Response:
        wanted = json.loads(request.query_params["filter"])["predicates"][0]["stringValue"]
        return JSONResponse(
            {"experiments": [self._experiment(n) for n in self.experiments if n == wanted]}
        )

    async def create_experiment(self, request: Request) -> Response:
        name = (await request.json())["display_name"]
        self.experiments.append(name)
        return JSONResponse(self._experiment(name))

    async def create_run(self, request: Request) -> Response:
        if self.token and request.headers.get("authorization") != f"Bearer {self.token}":
            return Response("Unauthorized", 401)
        if self.refuses is not None:
            status, message = self.refuses
            return JSONResponse({"error": message, "code": 3, "message": message}, status)
        self.runs.append(await request.json())
        return JSONResponse({"run_id": "run-1", "state": "PENDING"})

    async def get_run(self, request: Request) -> Response:
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        error = {"code": 2, "message": "step trainer failed"} if state == "FAILED" else None
        return JSONResponse({"run_id": request.path_params["run"], "state": state, "error": error})

    def _experiment(self, name: str) -> dict[str, str]:
        return {"experiment_id": f"id-of-{name}", "display_name": name}


@pytest.fixture
def server() -> Iterator[Server]:
    """Runs while the test does."""
    state = Server()

    async def healthz(request: Request) -> Response:
        return JSONResponse({"multi_user": False})

    routes = [
        Route(f"{API}/healthz", healthz),
        Route(f"{API}/experiments", state.list_experiments),
        Route(f"{API}/experiments", state.create_experiment, methods=["POST"]),
        Route(f"{API}/runs", state.create_run, methods=["POST"]),
        Route(f"{API}/runs/{{run}}", state.get_run),
    ]
    config = uvicorn.Config(Starlette(routes=routes), port=0, log_level="error", lifespan="off")
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    [listener] = running.servers
    state.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    yield state
    running.should_exit = True
    thread.join()


@pytest.fixture
def submit(server, package, tmp_path, monkeypatch):
    """Calls the command with the needed parameters."""
    monkeypatch.setenv("HOME", str(tmp_path))  # where kfp's client keeps settings
    monkeypatch.setattr(module, "_POLL_SECONDS", 0.0)

    def run(*options: str, host: str = "", needed: bool = True):
        arguments = ["submit", str(package), "--host", host or server.url, *options]
        if needed:
            for one in ("videos=/data/videos", "push_destination=/data/models"):
                arguments += ["--parameter", one]
        return CliRunner().invoke(main, arguments)

    return run


def test_a_run_is_started_with_its_parameters(server, submit, package, local_kubeflow):
    result = submit(
        *("--experiment", "nightly", "--run-name", "first", "--parameter", "annotated=true"),
        *("--service-account", "pipeline-runner"),
        *("--parameter", "thresholds=avc:avc_accuracy>=0.8"),
        *("--parameter", "settings=training.steps=7"),
    )
    assert result.exit_code == 0, result.output
    assert "Run run-1" in result.output
    assert server.experiments == ["nightly"]
    [run] = server.runs
    assert run["display_name"] == "first"
    assert run["service_account"] == "pipeline-runner"
    assert run["experiment_id"] == "id-of-nightly"
    assert run["runtime_config"]["parameters"] == {
        "videos": ["/data/videos"],
        "push_destination": "/data/models",
        "annotated": True,
        "thresholds": ["avc:avc_accuracy>=0.8"],
        "settings": ["training.steps=7"],
    }
    sent = run["pipeline_spec"]
    spec = local_kubeflow.read_package(package)[0]
    assert set(sent["root"]["dag"]["tasks"]) == set(spec.root.dag.tasks)
    again = submit("--experiment", "nightly")
    assert again.exit_code == 0, again.output
    assert server.experiments == ["nightly"]


def test_kubernetes_options_are_sent_too(server, submit, compiled):
    path = compiled("--node-selector", "pool=gpu")
    arguments = ["submit", str(path), "--host", server.url]
    for one in ("videos=/data/videos", "push_destination=/data/models"):
        arguments += ["--parameter", one]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    platforms = server.runs[0]["pipeline_spec"]["platform_spec"]["platforms"]
    executors = platforms["kubernetes"]["deploymentSpec"]["executors"]
    assert executors["exec-trainer"]["nodeSelector"] == {"labels": {"pool": "gpu"}}


def test_caching_can_be_switched_off_for_a_run(server, submit):
    assert submit("--no-cache").exit_code == 0
    tasks = server.runs[0]["pipeline_spec"]["root"]["dag"]["tasks"]
    assert not any(task["cachingOptions"].get("enableCache") for task in tasks.values())


@pytest.mark.parametrize(
    ("states", "status", "told"),
    [
        (["PENDING", "RUNNING", "RUNNING", "SUCCEEDED"], 0, "SUCCEEDED"),
        (["RUNNING", "FAILED"], 1, "step trainer failed"),
        (["RUNNING", "CANCELED"], 1, "CANCELED"),
    ],
)
def test_waiting_tells_the_states_and_ends_with_the_run(server, submit, states, status, told):
    server.states = list(states)
    result = submit("--wait")
    assert result.exit_code == status, result.output
    assert told in result.output
    assert result.output.count("RUNNING") == 1


def test_a_token_is_shown_to_the_server(server, submit):
    server.token = TOKEN
    refused = submit()
    assert refused.exit_code == 1
    assert "refused: 401 Unauthorized" in refused.output
    assert "give --token" in refused.output
    assert submit("--token", TOKEN).exit_code == 0
    assert len(server.runs) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--parameter", "steps=7"], "there is no parameter 'steps', only "),
        (["--parameter", "annotated=yes"], "parameter annotated must be true or false, not 'yes'"),
        ([], "give --parameter NAME=VALUE for push_destination (Folder that gets "),
    ],
)
def test_a_wrong_parameter_is_told_before_anything_is_sent(server, submit, options, message):
    result = submit(*options, needed=bool(options))
    assert result.exit_code == 1
    assert message in result.output
    assert server.runs == server.experiments == []


def test_what_the_server_says_is_told(server, submit):
    server.refuses = (400, "invalid pipeline job inputs")
    result = submit()
    assert result.exit_code == 1
    assert f"{server.url} refused: 400 Bad Request: invalid pipeline job inputs" in result.output


def test_a_server_that_is_not_there_is_told(submit):
    result = submit(host="http://127.0.0.1:9")
    assert result.exit_code == 1
    assert "http://127.0.0.1:9 cannot be reached" in result.output


@pytest.mark.parametrize("content", ["text", "a: b", "", "{", b"\xff\xfe\x00"])
def test_a_file_of_something_else_is_told(server, tmp_path, content):
    path = tmp_path / "other.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    result = CliRunner().invoke(main, ["submit", str(path), "--host", server.url])
    assert result.exit_code == 1
    assert "is no pipeline that ots compile wrote" in result.output
