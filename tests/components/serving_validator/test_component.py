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
from objects_that_sound.models import examples as contract
from objects_that_sound.tfx_pipeline.local_server import LOCAL_SERVER


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
    rows = [
        {
            contract.VIDEO_ID: f"{video}.mp4",
            contract.VIDEO_TIME: 1.0 + video,
            contract.IMAGE: buffer.getvalue(),
            contract.AUDIO: np.full([800], 1000 * video, "<i2").tobytes(),
        }
        for video in (0, 0, 1, 2, 2)
    ]
    return write_examples(
        tmp_path_factory.mktemp("examples"), {"train": rows[:1], "eval": rows}, num_files=1
    )


@pytest.fixture
def validate(model, examples, tmp_path):
    """Runs the component's function."""

    def run(
        candidate=model, local_server=(), limits: dict[str, float] | None = None, **parameters
    ) -> tuple[standard_artifacts.InfraBlessing, dict]:
        blessing = standard_artifacts.InfraBlessing()
        blessing.uri = str(tmp_path / "blessing")
        ServingValidator.test_call(
            model=candidate,
            blessing=blessing,
            examples=[examples],
            local_server=json.dumps(local_server),
            limits=json.dumps(limits or {}),
            **parameters,
        )
        return blessing, json.loads((tmp_path / "blessing" / "validation.json").read_text())

    return run


def test_a_sound_model_is_served_and_blessed(validate):
    limits = {"request_seconds": 60.0, "p99_seconds": 60.0}
    blessing, found = validate(limits=limits, local_server=LOCAL_SERVER, max_examples=4)
    assert found["blessed"] is True, found
    assert model_utils.is_infra_validated(blessing)
    assert pathlib.Path(blessing.uri, "INFRA_BLESSED").read_bytes() == b""
    measured = found["measured"]
    assert measured["server"] == "local model server"
    # Warm-up, four signatures for each example, two sounds for each video; over both protocols.
    assert measured["requests"] == 2 * (6 + 4 * 4 + 3 * 2)
    assert set(measured["request_seconds_by_signature"]) == {
        *("serving_default", "score", "embed_image", "embed_audio", "localise", "describe")
    }
    assert 0 < measured["p50_seconds"] <= measured["p99_seconds"] <= measured["request_seconds"]
    assert all(seconds > 0 for seconds in measured["score_p50_seconds"].values())
    assert set(measured["score_p50_seconds"]) == {"grpc", "rest"}
    assert measured["largest_difference"] < 1e-5
    rows = measured["answers"]
    assert [(row["video"], row["time"]) for row in rows] == [
        *(("0.mp4", 1.0), ("1.mp4", 2.0), ("2.mp4", 3.0))
    ]
    # The image is the same in all of them: another's sound scores as that one's own does.
    for row, following in zip(rows, rows[1:] + rows[:1], strict=True):
        assert row["other_sound"] == pytest.approx(following["own_sound"], abs=2e-4)
    if sys.platform == "linux":
        assert measured["peak_memory_bytes"] > 50 * 2**20  # TensorFlow's own
    assert [one["metric"] for one in found["decisions"]] == [
        *("load_seconds", "answers", "protocols"),
        *("request_seconds", "p99_seconds", "memory_bytes"),
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
        local_server=["-c", "import time; time.sleep(60)"], limits={"load_seconds": 0.5}
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
