"""ServingValidator: a model that is served well is blessed, any other refused with the reason."""

from __future__ import annotations

import io
import json
import pathlib
import sys

import numpy as np
import pytest
from PIL import Image
from tfx.components.util import model_utils
from tfx.types import standard_artifacts

from objects_that_sound.components.serving_validator.component import ServingValidator
from objects_that_sound.components.serving_validator.executor import Executor
from objects_that_sound.components.serving_validator.serving_limits import ServingLimits
from objects_that_sound.models import examples as contract

LOCAL_SERVER = ["-m", "objects_that_sound.tfx_pipeline.cli", "serve", "--bind_address=127.0.0.1"]


@pytest.fixture(scope="module")
def model(tiny_config, tmp_path_factory) -> standard_artifacts.Model:
    """A small network as the Trainer exports it."""
    from objects_that_sound.models.networks.factory import build_network
    from objects_that_sound.models.signatures import ServingSignatures
    from objects_that_sound.models.warmup_requests import write_warmup_requests

    config = tiny_config("avol")
    artifact = standard_artifacts.Model()
    artifact.uri = str(tmp_path_factory.mktemp("model"))
    folder = f"{artifact.uri}/Format-Serving"
    ServingSignatures(build_network(config, seed=1)).save(folder)
    write_warmup_requests(config, folder)
    return artifact


@pytest.fixture(scope="module")
def examples(write_examples, tmp_path_factory) -> standard_artifacts.Examples:
    buffer = io.BytesIO()
    Image.fromarray(np.full([20, 28, 3], 90, np.uint8)).save(buffer, "jpeg")
    row = {
        contract.VIDEO_ID: "v",
        contract.IMAGE: buffer.getvalue(),
        contract.AUDIO: np.zeros([800], "<i2").tobytes(),
    }
    return write_examples(tmp_path_factory.mktemp("examples"), {"train": [row], "eval": [row] * 5})


@pytest.fixture
def validate(model, examples, tmp_path):
    """Runs the executor as the component configures it."""

    def run(candidate=model, **parameters) -> tuple[standard_artifacts.InfraBlessing, dict]:
        component = ServingValidator(
            model=_channel(standard_artifacts.Model),
            examples=_channel(standard_artifacts.Examples),
            **parameters,
        )
        blessing = standard_artifacts.InfraBlessing()
        blessing.uri = str(tmp_path / "blessing")
        Executor().Do(
            {"model": [candidate], "examples": [examples]},
            {"blessing": [blessing]},
            component.exec_properties,
        )
        return blessing, json.loads((tmp_path / "blessing" / "validation.json").read_text())

    return run


def _channel(artifact_type):
    from tfx import v1 as tfx

    return tfx.dsl.Channel(type=artifact_type)


def test_a_sound_model_is_served_and_blessed(validate):
    limits = ServingLimits(request_seconds=60.0, p99_seconds=60.0)
    blessing, found = validate(limits=limits, local_server=LOCAL_SERVER, max_examples=3)
    assert found["blessed"] is True, found
    assert model_utils.is_infra_validated(blessing)
    assert pathlib.Path(blessing.uri, "INFRA_BLESSED").read_bytes() == b""
    measured = found["measured"]
    assert measured["server"] == "local model server"
    assert measured["requests"] == 6 + 3 * 4  # warm-up, and four signatures for each example
    assert set(measured["request_seconds_by_signature"]) == {
        *("serving_default", "score", "embed_image", "embed_audio", "localise", "describe")
    }
    assert 0 < measured["p50_seconds"] <= measured["p99_seconds"] <= measured["request_seconds"]
    if sys.platform == "linux":
        assert measured["peak_memory_bytes"] > 50 * 2**20  # TensorFlow's own
    assert [one["metric"] for one in found["decisions"]] == [
        *("load_seconds", "answers", "request_seconds", "p99_seconds", "memory_bytes")
    ]


def test_a_server_that_ends_refuses_with_its_words(validate):
    blessing, found = validate(local_server=["-c", "raise SystemExit('no room')"])
    assert not model_utils.is_infra_validated(blessing)
    assert pathlib.Path(blessing.uri, "INFRA_NOT_BLESSED").is_file()
    [decision] = found["decisions"]
    assert decision["passed"] is False
    assert "ended with status 1: no room" in decision["text"]


def test_loading_that_takes_too_long_refuses(validate):
    blessing, found = validate(
        local_server=["-c", "import time; time.sleep(60)"], limits=ServingLimits(load_seconds=0.5)
    )
    assert not model_utils.is_infra_validated(blessing)
    assert "not served in time" in found["decisions"][0]["text"]


def test_without_any_server_it_refuses(validate, monkeypatch):
    monkeypatch.setenv("PATH", "")
    _, found = validate()
    assert "no tensorflow_model_server on the PATH" in found["decisions"][0]["text"]


@pytest.mark.slow
def test_a_model_that_the_server_rejects_is_refused(validate, tmp_path):
    folder = tmp_path / "broken" / "Format-Serving"
    folder.mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes(b"no model")
    broken = standard_artifacts.Model()
    broken.uri = str(folder.parent)
    blessing, found = validate(broken, local_server=LOCAL_SERVER)
    assert not model_utils.is_infra_validated(blessing)
    assert "the server rejects the model" in found["decisions"][0]["text"]
