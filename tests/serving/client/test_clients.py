"""Both clients against a server of a model with this project's signatures."""

from __future__ import annotations

import io
import pathlib
import socket
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from objects_that_sound.serving.client.connect import connect
from objects_that_sound.serving.client.model_client import ModelClient
from objects_that_sound.serving.client.model_description import ModelDescription
from objects_that_sound.serving.client.model_server_error import ModelServerError
from objects_that_sound.serving.model_server.model_server import ModelServer


@pytest.fixture(params=["grpc", "rest"])
def client(request: pytest.FixtureRequest, sound_server: ModelServer) -> Iterator[ModelClient]:
    ports = {"grpc": sound_server.port, "rest": sound_server.rest_api_port}
    server = f"127.0.0.1:{ports[request.param]}"
    with connect("objects-that-sound", server, request.param, timeout_seconds=10) as connected:
        yield connected


def jpeg() -> bytes:
    """A white picture."""
    buffer = io.BytesIO()
    Image.fromarray(np.full((16, 16, 3), 255, np.uint8)).save(buffer, "jpeg")
    return buffer.getvalue()


def test_describe(client: ModelClient):
    assert client.describe() == ModelDescription(8000, 32, 2)


def test_score(client: ModelClient, png: bytes, pcm: bytes):
    scores = client.score([png, jpeg()], [pcm, pcm])
    np.testing.assert_allclose(scores, [0.1, 0.5], atol=1e-3)
    assert scores.dtype == np.float32


def test_embeddings(client: ModelClient, png: bytes, pcm: bytes):
    images, sounds = client.embed_image([png, jpeg()]), client.embed_audio([pcm])
    assert images.shape == (2, 2) and sounds.shape == (1, 2)
    np.testing.assert_allclose(images[:, 0], [0.2, 1.0], atol=1e-3)
    np.testing.assert_allclose(np.linalg.norm(sounds, axis=1), 1, atol=1e-6)


def test_localise(client: ModelClient, png: bytes, pcm: bytes):
    (found,) = client.localise([png], [pcm])
    assert found.heatmap.shape == (4, 4) and found.heatmap[1, 3] == 1 and found.heatmap.sum() == 1
    assert found.score == pytest.approx(0.1, abs=1e-3)
    assert found.crop_box == (0.0, 0.25, 1.0, 0.75)
    # Row 1 of 4 over the whole height; column 3 of 4 of the middle half of the width.
    assert found.peak == pytest.approx((0.375, 0.6875))


def test_model_status(client: ModelClient):
    (status,) = client.model_status()
    assert (status.version, status.state, status.error_code) == (7, "AVAILABLE", "OK")


def test_the_servers_words_arrive(client: ModelClient, png: bytes):
    with pytest.raises(ModelServerError, match="audio must be 16000 bytes") as caught:
        client.score([png], [b"short"])
    assert caught.value.code == "INVALID_ARGUMENT"
    with pytest.raises(ModelServerError, match=r"(?i)image"):
        client.embed_image([b"no image"])


@pytest.mark.parametrize("protocol", ["grpc", "rest"])
def test_unknown_model(sound_server: ModelServer, protocol: str):
    ports = {"grpc": sound_server.port, "rest": sound_server.rest_api_port}
    with connect("other model", f"127.0.0.1:{ports[protocol]}", protocol) as client:
        for method in (client.describe, client.model_status):
            with pytest.raises(ModelServerError, match="other model") as caught:
                method()
            assert caught.value.code == "NOT_FOUND"


def test_unequal_batches(client: ModelClient, png: bytes):
    with pytest.raises(ValueError, match="1 images but 0 sounds"):
        client.score([png], [])


@pytest.mark.parametrize("protocol", ["grpc", "rest"])
def test_no_server(protocol: str):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = f"no model server at 127.0.0.1:{port}.*ots serve"
    with (
        connect("m", f"127.0.0.1:{port}", protocol, timeout_seconds=10) as client,
        pytest.raises(ConnectionError, match=words),
    ):
        client.describe()


@pytest.mark.parametrize("protocol", ["grpc", "rest"])
def test_a_server_that_does_not_answer(protocol: str):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = f"127.0.0.1:{silent.getsockname()[1]}"
        with (
            connect("m", server, protocol, timeout_seconds=0.3) as client,
            pytest.raises(TimeoutError, match=r"did not answer in 0\.3 s"),
        ):
            client.describe()


def test_unknown_protocol():
    with pytest.raises(ValueError, match=r"\['grpc', 'rest'\]"):
        connect("m", protocol="soap")


def test_the_rest_client_does_without_tensorflow():
    code = (
        "import sys; from objects_that_sound.serving.client.connect import connect; connect('m', protocol='rest'); "
        "sys.exit('tensorflow' in sys.modules)"
    )
    root = pathlib.Path(__file__).parents[3]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
