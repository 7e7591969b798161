"""A server that is there and can't answer is quoted: its queue is full, or it is stopping."""

from __future__ import annotations

import concurrent.futures
import pathlib
import threading
import time

import numpy as np
import pytest

from objects_that_sound.serving.client.client_options import ONCE
from objects_that_sound.serving.client.connect import connect
from objects_that_sound.serving.client.model_client import ModelClient
from objects_that_sound.serving.client.model_server_error import ModelServerError
from objects_that_sound.serving.model_server.model_server import ModelServer
from objects_that_sound.serving.model_server.model_server_options import ModelServerOptions
from objects_that_sound.serving.model_server.servable import Servable

PROTOCOLS = ("grpc", "rest")


def options(base_path: pathlib.Path, **changes: object) -> ModelServerOptions:
    return ModelServerOptions(
        base_path, model_name="toy", port=None, rest_api_port=None, grace_seconds=0.2, **changes
    )


def client_of(server: ModelServer, protocol: str) -> ModelClient:
    port = server.port if protocol == "grpc" else server.rest_api_port
    return connect("toy", f"127.0.0.1:{port}", protocol, 60, ONCE)


def references(server: ModelServer) -> int:
    return server.registry._managers["toy"]._versions[3].references


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_server_that_stops(toy_folder: pathlib.Path, protocol: str):
    server = ModelServer(options(toy_folder))
    server.start()
    endless = {"n": np.array(2**31 - 1, np.int32)}
    with (
        client_of(server, protocol) as client,
        concurrent.futures.ThreadPoolExecutor(1) as pool,
    ):
        answer = pool.submit(client.predict, "slow", endless, {"n": np.int32})
        while not references(server):
            assert not answer.done()
            time.sleep(0.02)
        server.stop()
        with pytest.raises(ModelServerError, match="the server is stopping") as caught:
            answer.result()
        assert caught.value.code == "UNAVAILABLE"
        with pytest.raises(ConnectionError, match="no model server at"):
            client.model_status()  # now there is none


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_queue_that_is_full(
    toy_folder: pathlib.Path, tmp_path: pathlib.Path, protocol: str, monkeypatch: pytest.MonkeyPatch
):
    free = threading.Event()
    run = Servable._run

    def wait_and_run(*arguments: object) -> list[np.ndarray]:
        assert free.wait(60)
        return run(*arguments)

    monkeypatch.setattr(Servable, "_run", wait_and_run)
    parameters = tmp_path / "batching.config"
    parameters.write_text(
        "max_batch_size { value: 1 } max_enqueued_batches { value: 1 } "
        "num_batch_threads { value: 1 } batch_timeout_micros { value: 0 }"
    )
    changes = {"enable_batching": True, "batching_parameters_file": parameters}
    with (
        ModelServer(options(toy_folder, **changes)) as server,
        client_of(server, protocol) as client,
        concurrent.futures.ThreadPoolExecutor(4) as pool,
    ):
        x = {"x": np.ones(1, np.float32)}
        asked = [pool.submit(client.predict, "scaled", x, {"y": np.float32}) for _ in range(4)]
        done, _ = concurrent.futures.wait(asked, 60, concurrent.futures.FIRST_COMPLETED)
        assert done
        for refused in done:
            assert isinstance(refused.exception(), ModelServerError)
            assert refused.exception().code == "UNAVAILABLE"
            assert "queue" in str(refused.exception()) and "full" in str(refused.exception())
        free.set()
        answered = [one for one in asked if one not in done and one.exception() is None]
        assert [float(one.result()["y"][0]) for one in answered] == [2.0] * len(answered)
        assert answered
