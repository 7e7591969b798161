"""Model config files and HandleReloadConfigRequest: models, policies and labels."""

from __future__ import annotations

import logging
import pathlib
import shutil
import time
import urllib.parse
from collections.abc import Callable, Iterator

import grpc
import pytest
import requests
from google.protobuf import text_format
from tensorflow_serving.apis import model_management_pb2, model_service_pb2_grpc

from objects_that_sound.serving.model_server.model_server import ModelServer

Save = Callable[[pathlib.Path, float], None]


@pytest.fixture(scope="module")
def base_paths(save_toy: Save, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Base paths `a` (versions 1, 2, 3) and `b` (version 7); a version's scale is its number."""
    root = tmp_path_factory.mktemp("models")
    for name, version in (("a", 1), ("a", 2), ("a", 3), ("b", 7)):
        save_toy(root / name / str(version), float(version))
    return root


@pytest.fixture
def config(base_paths: pathlib.Path, tmp_path: pathlib.Path) -> Callable[..., pathlib.Path]:
    """Writes a config file of models, each as name=rest of its config."""

    def write(**models: str) -> pathlib.Path:
        path = tmp_path / "models.config"
        path.write_text(as_text(base_paths, **models))
        return path

    return write


def as_text(root: pathlib.Path, **models: str) -> str:
    listed = "".join(
        f'config {{ name: "{name}" base_path: "{root / (name[0])}" '
        f'model_platform: "tensorflow" {rest} }}\n'
        for name, rest in models.items()
    )
    return f"model_config_list {{ {listed} }}"


def scale(server: ModelServer, path: str) -> float | int:
    """The scale of the version that answers, or the status of the error."""
    url = f"http://127.0.0.1:{server.rest_api_port}/v1/models/{path}:predict"
    body = {"signature_name": "scale_of", "inputs": [""]}
    response = requests.post(url, json=body, timeout=10)
    return response.json()["outputs"][0] if response.ok else response.status_code


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def test_models_policies_and_labels(config, options):
    path = config(
        a="model_version_policy { specific { versions: 1 versions: 3 } } "
        'version_labels { key: "stable" value: 1 } version_labels { key: "canary" value: 3 } '
        'version_labels { key: "lost" value: 2 }',
        ax="model_version_policy { latest { num_versions: 2 } }",
        ay="model_version_policy { all {} }",
        b="",
    )
    changes = {"allow_version_labels_for_unavailable_models": True, "num_load_threads": 2}
    with ModelServer(options(model_config_file=path, **changes)) as server:
        asked = {
            name: scale(server, name)
            for name in ("a", "a/versions/1", "a/versions/2", "a/labels/stable", "a/labels/canary")
        }
        assert asked == {
            "a": 3,
            "a/versions/1": 1,
            "a/versions/2": 404,
            "a/labels/stable": 1,
            "a/labels/canary": 3,
        }
        assert scale(server, "a/labels/lost") == 404 and scale(server, "a/labels/none") == 400
        assert [scale(server, f"ax/versions/{n}") for n in (1, 2, 3)] == [404, 2, 3]
        assert [scale(server, f"ay/versions/{n}") for n in (1, 2, 3)] == [1, 2, 3]
        assert scale(server, "b") == 7 and scale(server, "c") == 404


def test_names_of_characters_that_addresses_reserve(config, options):
    """Those of http_rest_api_util_test.cc; percent-encoded, they divide no path."""
    reserved = "!#$%&'()*+,/:;=?@[]"
    path = config(
        **{
            f"a{reserved}": f'version_labels {{ key: "l{reserved}" value: 1 }} '
            "model_version_policy { all {} }"
        }
    )
    changes = {"allow_version_labels_for_unavailable_models": True}
    with ModelServer(options(model_config_file=path, **changes)) as server:
        quoted = urllib.parse.quote(reserved, safe="")
        assert scale(server, f"a{quoted}") == 3
        assert scale(server, f"a{quoted}/labels/l{quoted}") == 1
        assert scale(server, f"a{quoted}/versions/2") == 2
        assert scale(server, f"a{quoted}%2Fversions%2F2") == 404
        root = f"http://127.0.0.1:{server.rest_api_port}/v1/models/a{quoted}"
        for sub_path in ("", "/metadata", f"/labels/l{quoted}", f"/labels/l{quoted}/metadata"):
            assert requests.get(root + sub_path, timeout=10).ok


def test_labels_of_versions_that_are_not_served_at_the_start(config, options):
    path = config(a='version_labels { key: "stable" value: 3 }')
    with pytest.raises(ValueError, match="assign label to version 3 of model a"):
        ModelServer(options(model_config_file=path)).start()


def test_a_file_that_is_followed(config, options, caplog: pytest.LogCaptureFixture):
    path = config(a="")
    changes = {"model_config_file_poll_wait_seconds": 0.05}
    with ModelServer(options(model_config_file=path, **changes)) as server:
        assert scale(server, "a") == 3
        config(b="", a="model_version_policy { specific { versions: 1 } }")
        wait_until(lambda: (scale(server, "a"), scale(server, "b")) == (1, 7))
        path.write_text("model_config_list { confic {} }")
        wait_until(lambda: "confic" in caplog.text)
        assert (scale(server, "a"), scale(server, "b")) == (1, 7)
        config(b='version_labels { key: "stable" value: 7 }')
        wait_until(lambda: (scale(server, "a"), scale(server, "b/labels/stable")) == (404, 7))
        # A label that moves must name a version that is served, whatever is allowed for new ones.
        config(b='version_labels { key: "stable" value: 8 }')
        wait_until(lambda: "version 8 of model b" in caplog.text)
        assert scale(server, "b/labels/stable") == 7
    messages = [r.message for r in caplog.records if r.levelno == logging.ERROR]
    assert sum("version 8" in message for message in messages) == 1  # once, not at every poll


@pytest.fixture
def server(config, options) -> Iterator[ModelServer]:
    changes = {"allow_version_labels_for_unavailable_models": True}
    with ModelServer(options(model_config_file=config(a=""), **changes)) as running:
        yield running


def reload(server: ModelServer, text: str) -> tuple[str, str]:
    """The code and the words that HandleReloadConfigRequest answers."""
    request = model_management_pb2.ReloadConfigRequest()
    text_format.Parse(text, request.config)
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        stub = model_service_pb2_grpc.ModelServiceStub(channel)
        try:
            response = stub.HandleReloadConfigRequest(request, timeout=20)
        except grpc.RpcError as error:
            return error.code().name, error.details()
        return "OK", str(response.status.error_code)


def test_reloading_by_a_request(server: ModelServer, base_paths: pathlib.Path):
    assert reload(server, as_text(base_paths, b="", a="")) == ("OK", "0")
    assert (scale(server, "a"), scale(server, "b")) == (3, 7)  # when it answers, they are served
    assert reload(server, as_text(base_paths, b="")) == ("OK", "0")
    assert (scale(server, "a"), scale(server, "b")) == (404, 7)
    label = 'version_labels { key: "stable" value: 7 }'
    assert reload(server, as_text(base_paths, b=label)) == ("OK", "0")
    assert scale(server, "b/labels/stable") == 7


def test_requests_to_reload_that_are_refused(server: ModelServer, base_paths: pathlib.Path):
    code, words = reload(server, "")
    assert code == "INVALID_ARGUMENT" and "Only ModelConfigList" in words
    same = as_text(base_paths, a="", b="").replace('"b"', '"a"')
    assert reload(server, same)[0] == "INVALID_ARGUMENT"
    nowhere = as_text(base_paths, a="", nowhere="")
    code, words = reload(server, nowhere)
    assert code == "UNKNOWN" and "Some models did not become available: {nowhere" in words
    assert scale(server, "a") == 3
    label = 'version_labels { key: "stable" value: 3 }'
    assert reload(server, as_text(base_paths, a=label))[0] == "OK"
    moved = label.replace("3", "9")
    assert reload(server, as_text(base_paths, a=moved))[0] == "FAILED_PRECONDITION"
    assert scale(server, "a/labels/stable") == 3


def test_another_base_path_is_loaded_before_the_old_one_is_left(
    server: ModelServer, base_paths: pathlib.Path, tmp_path: pathlib.Path
):
    elsewhere = as_text(base_paths, a="").replace(str(base_paths / "a"), str(tmp_path / "a"))
    code, _ = reload(server, elsewhere)
    assert code == "UNKNOWN" and scale(server, "a") == 3
    shutil.copytree(base_paths / "b" / "7", tmp_path / "a" / "1")
    assert reload(server, elsewhere) == ("OK", "0")
    assert scale(server, "a") == 7
