"""The files for stock TensorFlow Serving fit together; our own server takes them as well.

Kubernetes' schemas are seen to in test_manifests.py.
"""

from __future__ import annotations

import json
import pathlib
import re
import shutil
import socket
import subprocess
import threading

import click
import pytest
import yaml

from objects_that_sound.serving.model_server import text_proto
from objects_that_sound.serving.model_server.batching_parameters import BatchingParameters
from objects_that_sound.serving.model_server.model_config_file import ModelConfigFile
from objects_that_sound.tfx_pipeline.commands.serve import command
from objects_that_sound.tfx_pipeline.run_paths import MODEL_NAME, SEARCH_NAME

DEPLOYMENT = pathlib.Path(__file__).resolve().parents[2] / "deployment"
CONFIG_FOLDER = "/etc/serving"
NOT_TENSORFLOW_SERVINGS = "Not a tensorflow_model_server flag"


def _dockerfile() -> str:
    text = (DEPLOYMENT / "Dockerfile").read_text().replace("\\\n", "")
    return "\n".join(line for line in text.splitlines() if not line.startswith("#"))


def _compose() -> dict:
    return yaml.safe_load((DEPLOYMENT / "docker-compose.yaml").read_text())["services"][
        "model-server"
    ]


def _manifest(name: str) -> dict[str, dict]:
    """The documents of a file by their kind."""
    documents = yaml.safe_load_all((DEPLOYMENT / name).read_text())
    return {document["kind"]: document for document in documents}


def _kubernetes() -> dict[str, dict]:
    return _manifest("kubernetes.yaml")


def _pod() -> dict:
    return _kubernetes()["Deployment"]["spec"]["template"]["spec"]


def _arguments() -> dict[str, list[str]]:
    """The server's arguments in each of the ways to start it."""
    [made] = re.findall(r"^CMD (.*)$", _dockerfile(), re.MULTILINE)
    [container] = _pod()["containers"]
    return {
        "Dockerfile": json.loads(made),
        "docker-compose": _compose()["command"],
        "kubernetes": container["args"],
    }


def _values(arguments: list[str]) -> dict[str, str]:
    return dict(argument.removeprefix("--").split("=", 1) for argument in arguments)


def test_all_start_the_server_alike():
    made, composed, orchestrated = _arguments().values()
    assert made == composed == orchestrated
    [container] = _pod()["containers"]
    images = {_compose()["image"], container["image"], *re.findall(r"^FROM (.*)", _dockerfile())}
    assert len(images) == 1
    assert container["command"] == _compose()["entrypoint"] == ["tensorflow_model_server"]


def test_the_flags_are_tensorflow_model_servers_and_ours_takes_them():
    arguments = _arguments()["Dockerfile"]
    # Parsed, not run: the files are where the image has them. A flag that is refused would raise.
    context = command.make_context("serve", list(arguments))
    assert context.params["enable_batching"] is True
    assert (context.params["port"], context.params["rest_api_port"]) == (8500, 8501)
    options = {option.name: option for option in command.params if isinstance(option, click.Option)}
    for name in _values(arguments):
        assert NOT_TENSORFLOW_SERVINGS not in (options[name].help or ""), name
    with pytest.raises(click.UsageError):
        command.make_context("serve", [*arguments, "--use_alts_credentials"])


def test_the_files_that_the_flags_name_are_there():
    paths = [value for value in _values(_arguments()["Dockerfile"]).values() if "/" in value]
    names = [pathlib.PurePosixPath(path).name for path in paths]
    assert len(names) == 3
    assert paths == [f"{CONFIG_FOLDER}/{name}" for name in names]
    assert all((DEPLOYMENT / name).is_file() for name in names)
    copied = re.findall(rf"^COPY (.*) {CONFIG_FOLDER}/$", _dockerfile(), re.MULTILINE)
    assert set(copied[0].split()) == set(names)
    mounts = _compose()["volumes"]
    assert {f"./{name}:{CONFIG_FOLDER}/{name}:ro" for name in names} <= set(mounts)
    commands = (DEPLOYMENT / "kubernetes.yaml").read_text()
    assert set(re.findall(r"--from-file=(\S+)", commands)) == set(names)


def test_the_model_config_serves_what_the_pipeline_pushes():
    models = ModelConfigFile(DEPLOYMENT / "models.config").read()
    assert {name: str(model.base_path) for name, model in models.items()} == {
        name: f"/models/{name}" for name in (MODEL_NAME, SEARCH_NAME)
    }
    [container] = _pod()["containers"]
    mounted = {mount["mountPath"]: mount for mount in container["volumeMounts"]}
    assert set(mounted) == {"/models", CONFIG_FOLDER, "/tmp"}
    assert {path for path, mount in mounted.items() if mount.get("readOnly")} == {
        *("/models", CONFIG_FOLDER)
    }
    assert any(volume.endswith(":/models:ro") for volume in _compose()["volumes"])


def test_the_other_configs_parse():
    batching = BatchingParameters.from_file(DEPLOYMENT / "batching_parameters.txt")
    assert batching.max_batch_size == batching.allowed_batch_sizes[-1]
    message = text_proto.message_class("MonitoringConfig")()
    path = DEPLOYMENT / "monitoring.config"
    config = text_proto.parse(path, "monitoring_config_file", message).prometheus_config
    assert config.enable
    annotations = _kubernetes()["Deployment"]["spec"]["template"]["metadata"]["annotations"]
    assert annotations["prometheus.io/path"] == config.path


def test_the_kubernetes_manifest_fits_together():
    documents = _kubernetes()
    assert set(documents) == {
        *("PersistentVolumeClaim", "Deployment", "Service"),
        *("HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy"),
    }
    deployment, service = documents["Deployment"]["spec"], documents["Service"]["spec"]
    labels = deployment["template"]["metadata"]["labels"]
    assert deployment["selector"]["matchLabels"] == service["selector"] == labels
    assert documents["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == labels
    assert documents["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"] == labels
    scaled = documents["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]
    assert (scaled["kind"], scaled["name"]) == (
        "Deployment",
        documents["Deployment"]["metadata"]["name"],
    )
    assert "replicas" not in deployment  # or every `kubectl apply` would undo the scaling
    [container] = _pod()["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    values = _values(_arguments()["kubernetes"])
    assert ports == {"grpc": int(values["port"]), "rest": int(values["rest_api_port"])}
    assert {port["targetPort"] for port in service["ports"]} == set(ports)
    for rule in documents["NetworkPolicy"]["spec"]["ingress"]:
        assert {port["port"] for port in rule["ports"]} <= set(ports)
    volumes = {volume["name"]: volume for volume in _pod()["volumes"]}
    assert {mount["name"] for mount in container["volumeMounts"]} == set(volumes)
    claim = volumes["models"]["persistentVolumeClaim"]["claimName"]
    assert claim == documents["PersistentVolumeClaim"]["metadata"]["name"]


def test_a_pod_that_waits_for_its_first_model_is_not_killed():
    # tensorflow_model_server opens its ports when there is a version of each model.
    [container] = _pod()["containers"]
    started = container["startupProbe"]
    years = started["periodSeconds"] * started["failureThreshold"] / (365 * 24 * 3600)
    assert years > 100
    assert started["tcpSocket"] == container["livenessProbe"]["tcpSocket"] == {"port": "grpc"}
    asked = container["readinessProbe"]["httpGet"]
    assert asked == {"path": f"/v1/models/{MODEL_NAME}/metadata", "port": "rest"}


def test_a_pod_that_ends_has_time_for_what_it_was_sent():
    [container] = _pod()["containers"]
    [sleep, seconds] = container["lifecycle"]["preStop"]["exec"]["command"]
    assert sleep == "sleep"
    settings = dict(
        one.split("=") for one in _values(container["args"])["grpc_channel_arguments"].split(",")
    )
    grace = int(settings["grpc.max_connection_age_grace_ms"]) / 1000
    assert int(seconds) + grace <= _pod()["terminationGracePeriodSeconds"]
    assert int(settings["grpc.max_connection_age_ms"]) > 0


def test_the_page_is_ots_serve_of_the_same_models():
    pod = _manifest("kubernetes-page.yaml")["Deployment"]["spec"]["template"]["spec"]
    [container] = pod["containers"]
    name, *arguments = container["args"]
    assert name == "serve"
    context = command.make_context("serve", list(arguments))
    assert context.params["ui"] is True
    paths = {str(mount["mountPath"]) for mount in container["volumeMounts"]}
    for option in ("model_config_file", "api_token_file"):
        assert str(context.params[option].parent) in paths
    assert {"/models", CONFIG_FOLDER} <= paths
    [port] = container["ports"]
    assert port["containerPort"] == context.params["rest_api_port"]


def test_kserve_serves_the_same_claim_as_the_models_of_those_names():
    documents = list(yaml.safe_load_all((DEPLOYMENT / "kserve.yaml").read_text()))
    claim = _kubernetes()["PersistentVolumeClaim"]["metadata"]["name"]
    models = ModelConfigFile(DEPLOYMENT / "models.config").read()
    assert {one["metadata"]["name"] for one in documents} == set(models)
    for one in documents:
        model = one["spec"]["predictor"]["model"]
        folder = str(models[one["metadata"]["name"]].base_path).removeprefix("/models")
        assert model["storageUri"] == f"pvc://{claim}{folder}"


def _constraint(line: str, package: str) -> str:
    [found] = [
        text.removeprefix(f"{package}==")
        for text in (DEPLOYMENT.parent / "constraints" / line).read_text().splitlines()
        if text.startswith(f"{package}==")
    ]
    return found


def test_image_tags_follow_from_each_lines_tensorflow():
    documented = dict(
        re.findall(
            r"^\| (TFX [\d.]+) \|.*`tensorflow/serving:([\d.]+)`",
            (DEPLOYMENT.parent / "docs" / "serving.md").read_text(),
            re.MULTILINE,
        )
    )
    lines = {"TFX 1.16": "py311-tfx1.16.txt", "TFX 1.21": "py313-tfx1.21.txt"}
    assert set(documented) == set(lines)
    for line, tag in documented.items():
        tensorflow = _constraint(lines[line], "tensorflow")
        assert tag.rpartition(".")[0] == tensorflow.rpartition(".")[0]
    used = set()
    for path in DEPLOYMENT.iterdir():
        used |= set(
            re.findall(r"tensorflow/serving:([\d.]+)|runtimeVersion: (\S+)", path.read_text())
        )
    assert {first or second for first, second in used} == {documented["TFX 1.16"]}


@pytest.mark.parametrize(
    ("answer", "healthy"),
    [(b"HTTP/1.1 200 OK", True), (b"HTTP/1.1 404 Not Found", False), (None, False)],
)
def test_the_health_check_of_compose_asks_whether_the_model_is_loaded(answer, healthy):
    if shutil.which("bash") is None:
        pytest.skip("there is no bash")
    start, *arguments = _compose()["healthcheck"]["test"]
    assert start == "CMD"
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                request = b""
                while not request.endswith(b"\r\n\r\n"):
                    request += connection.recv(4096)
                asked.append(request)
                connection.sendall(answer + b"\r\nContent-Length: 0\r\n\r\n")

        if answer is None:
            server.close()
        else:
            threading.Thread(target=serve, daemon=True).start()
        script = arguments[-1].replace("8501", str(port)).replace("$$", "$")
        assert script != arguments[-1]
        done = subprocess.run([*arguments[:-1], script], capture_output=True, timeout=60)
    assert (done.returncode == 0) == healthy, done.stderr
    if answer is not None:
        assert asked[0].startswith(f"GET /v1/models/{MODEL_NAME}/metadata HTTP/1.1\r\n".encode())
