"""The files for stock TensorFlow Serving fit together; our own server takes them as well."""

from __future__ import annotations

import json
import pathlib
import re

import click
import pytest
import yaml

from objects_that_sound.serving.model_server import text_proto
from objects_that_sound.serving.model_server.batching_parameters import BatchingParameters
from objects_that_sound.serving.model_server.model_config_file import ModelConfigFile
from objects_that_sound.tfx_pipeline.commands.serve import command
from objects_that_sound.tfx_pipeline.run_paths import MODEL_NAME

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


def _kubernetes() -> dict[str, dict]:
    documents = yaml.safe_load_all((DEPLOYMENT / "kubernetes.yaml").read_text())
    return {document["kind"]: document for document in documents}


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
        MODEL_NAME: f"/models/{MODEL_NAME}"
    }
    [container] = _pod()["containers"]
    mounted = {mount["mountPath"] for mount in container["volumeMounts"]}
    assert mounted == {"/models", CONFIG_FOLDER}
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
    assert set(documents) == {"PersistentVolumeClaim", "Deployment", "Service"}
    deployment, service = documents["Deployment"]["spec"], documents["Service"]["spec"]
    labels = deployment["template"]["metadata"]["labels"]
    assert deployment["selector"]["matchLabels"] == service["selector"] == labels
    [container] = _pod()["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    values = _values(_arguments()["kubernetes"])
    assert ports == {"grpc": int(values["port"]), "rest": int(values["rest_api_port"])}
    assert {port["targetPort"] for port in service["ports"]} == set(ports)
    volumes = {volume["name"]: volume for volume in _pod()["volumes"]}
    assert {mount["name"] for mount in container["volumeMounts"]} == set(volumes)
    claim = volumes["models"]["persistentVolumeClaim"]["claimName"]
    assert claim == documents["PersistentVolumeClaim"]["metadata"]["name"]
    for probe in ("startupProbe", "readinessProbe"):
        get = container[probe]["httpGet"]
        assert get == {"path": f"/v1/models/{MODEL_NAME}/metadata", "port": "rest"}
