"""The whole server: swaps under load, starting and stopping."""

from __future__ import annotations

import asyncio
import concurrent.futures
import pathlib
import shutil
import socket
import threading
import time
from collections.abc import Callable

import grpc
import numpy as np
import pytest
import requests
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from objects_that_sound.serving.client.grpc_client import GrpcClient
from objects_that_sound.serving.client.model_client import ModelClient
from objects_that_sound.serving.client.model_server_error import ModelServerError
from objects_that_sound.serving.client.rest_client import RestClient
from objects_that_sound.serving.model_server import rest_server
from objects_that_sound.serving.model_server.model_server import ModelServer
from objects_that_sound.serving.model_server.model_server_options import ModelServerOptions
from objects_that_sound.serving.model_server.servable import Servable

Save = Callable[[pathlib.Path, float], None]


def options(base_path: pathlib.Path, **changes: object) -> ModelServerOptions:
    values = {
        "model_name": "toy",
        "port": None,
        "rest_api_port": None,
        "bind_address": "127.0.0.1",
        "file_system_poll_wait_seconds": 0.1,
        "grace_seconds": 2,
    }
    return ModelServerOptions(base_path, **(values | changes))


def clients(server: ModelServer) -> list[ModelClient]:
    return [
        GrpcClient(f"127.0.0.1:{server.port}", "toy"),
        RestClient(f"127.0.0.1:{server.rest_api_port}", "toy"),
    ]


def states(client: ModelClient) -> dict[int, str]:
    return {status.version: status.state for status in client.model_status()}


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def scale(client: ModelClient) -> float:
    """Tells the version that answers by its scale."""
    return float(client.predict("scale_of", {"query": [b""]}, {"scale": np.float32})["scale"][0])


def is_served(client: ModelClient) -> bool:
    try:
        return "AVAILABLE" in states(client).values()
    except ModelServerError:
        return False


def copy_slowly(source: pathlib.Path, target: pathlib.Path) -> None:
    """As TFX's Pusher: file after file, saved_model.pb before the variables."""
    for file in sorted(source.rglob("*"), key=lambda f: len(f.parts)):
        if file.is_file():
            copy = target / file.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, copy)
            time.sleep(0.02)


def test_swaps_under_load_lose_no_request(save_toy: Save, tmp_path: pathlib.Path):
    base_path, made = tmp_path / "base", tmp_path / "made"
    for version in (1, 2, 3, 4):
        save_toy(made / str(version), float(version))
    corrupt = shutil.copytree(made / "3", tmp_path / "corrupt")
    (corrupt / "saved_model.pb").write_bytes(b"\xff corrupt")
    shutil.copytree(made / "1", base_path / "1")

    failures: list[BaseException] = []
    answers: list[list[float]] = [[] for _ in range(4)]
    stop = threading.Event()

    def ask(client: ModelClient, seen: list[float]) -> None:
        try:
            while not stop.is_set():
                seen.append(scale(client))
        except BaseException as error:
            failures.append(error)

    with ModelServer(options(base_path)) as server:
        over_grpc, over_rest = clients(server)
        threads = [
            threading.Thread(target=ask, args=(client, seen))
            for client, seen in zip([over_grpc, over_rest] * 2, answers, strict=True)
        ]
        for thread in threads:
            thread.start()
        copy_slowly(made / "2", base_path / "2")
        wait_until(lambda: states(over_grpc) == {1: "END", 2: "AVAILABLE"})
        copy_slowly(corrupt, base_path / "3")
        wait_until(lambda: states(over_rest) == {1: "END", 2: "AVAILABLE", 3: "END"})
        status = next(s for s in over_rest.model_status() if s.version == 3)
        assert status.error_code == "DATA_LOSS" and "damaged" in status.error_message
        assert scale(over_grpc) == scale(over_rest) == 2
        copy_slowly(made / "4", base_path / "4")
        wait_until(lambda: all(seen and seen[-1] == 4 for seen in answers) or bool(failures))
        wait_until(lambda: states(over_grpc) == {1: "END", 2: "END", 3: "END", 4: "AVAILABLE"})
        stop.set()
        for thread in threads:
            thread.join()
    assert not failures
    for seen in answers:
        assert set(seen) <= {1.0, 2.0, 4.0}  # never the corrupt version
        assert seen == sorted(seen)  # and never back


def test_requests_before_the_first_version_are_told_so(
    save_toy: Save, tmp_path: pathlib.Path, caplog: pytest.LogCaptureFixture
):
    with ModelServer(options(tmp_path)) as server:
        assert f"no versions found under {tmp_path}" in caplog.text
        for client in clients(server):
            with pytest.raises(ModelServerError) as caught:
                client.describe()
            assert caught.value.code == "NOT_FOUND"
        save_toy(tmp_path / "1", 5.0)
        over_grpc, over_rest = clients(server)
        wait_until(lambda: is_served(over_grpc))
        assert scale(over_rest) == 5


def test_a_base_path_that_is_not_there_yet_is_waited_for(
    save_toy: Save, tmp_path: pathlib.Path, caplog: pytest.LogCaptureFixture
):
    base_path = tmp_path / "later" / "toy"
    with ModelServer(options(base_path)) as server:
        assert f"there is no folder {base_path}; waiting for it" in caplog.text
        over_grpc, over_rest = clients(server)
        for client in (over_grpc, over_rest):
            with pytest.raises(ModelServerError, match="Could not find any versions"):
                client.model_status()
        save_toy(base_path / "1", 5.0)
        wait_until(lambda: is_served(over_grpc))
        assert scale(over_rest) == 5


def test_folders_that_are_no_versions_change_nothing(save_toy: Save, tmp_path: pathlib.Path):
    save_toy(tmp_path / "7", 1.0)
    for name in ("99999999999999999999", str(2**63), "8x"):
        shutil.copytree(tmp_path / "7", tmp_path / name)
    with ModelServer(options(tmp_path)) as server:
        for client in clients(server):
            assert states(client) == {7: "AVAILABLE"} and scale(client) == 1
        shutil.copytree(tmp_path / "7", tmp_path / str(2**63 - 1))
        over_grpc, over_rest = clients(server)
        wait_until(lambda: states(over_grpc) == {7: "END", 2**63 - 1: "AVAILABLE"})
        assert scale(over_rest) == 1


def test_polling_only_at_the_start(save_toy: Save, tmp_path: pathlib.Path):
    save_toy(tmp_path / "1", 1.0)
    with ModelServer(options(tmp_path, file_system_poll_wait_seconds=0)) as server:
        client = clients(server)[0]
        assert scale(client) == 1
        shutil.copytree(tmp_path / "1", tmp_path / "2")
        time.sleep(0.3)
        assert states(client) == {1: "AVAILABLE"}


def test_stopping_lets_requests_in_flight_end(toy_folder: pathlib.Path):
    """Requests that take a while are under way when the server is stopped; all are answered."""
    server = ModelServer(options(toy_folder, grace_seconds=20))
    server.start()
    url = f"http://127.0.0.1:{server.rest_api_port}/v1/models/toy:predict"
    channel = grpc.insecure_channel(f"127.0.0.1:{server.port}")
    stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
    request = predict_pb2.PredictRequest()
    request.model_spec.name = "toy"
    request.model_spec.signature_name = "slow"
    request.inputs["n"].CopyFrom(tf.make_tensor_proto(30_000))
    results: list[float] = []

    def by_rest() -> None:
        body = {"signature_name": "slow", "inputs": 30_000}
        results.append(requests.post(url, json=body, timeout=30).json()["outputs"])

    thread = threading.Thread(target=by_rest)
    thread.start()
    future = stub.Predict.future(request, timeout=30)
    busy = server.registry._managers["toy"]._versions[3]
    wait_until(lambda: busy.references == 2 or (future.done() and not thread.is_alive()))
    server.stop()
    thread.join()
    assert results == [30_000]
    assert future.result().outputs["n"].int_val == [30_000]
    channel.close()


def test_what_still_runs_when_the_grace_is_over_is_told_so(toy_folder: pathlib.Path):
    """Over both protocols alike: UNAVAILABLE and a 503 in JSON, not a connection that breaks."""
    server = ModelServer(options(toy_folder, grace_seconds=0.5, rest_api_num_threads=1))
    server.start()
    url = f"http://127.0.0.1:{server.rest_api_port}/v1/models/toy:predict"
    channel = grpc.insecure_channel(f"127.0.0.1:{server.port}")
    stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
    request = predict_pb2.PredictRequest()
    request.model_spec.name = "toy"
    request.model_spec.signature_name = "slow"
    request.inputs["n"].CopyFrom(tf.make_tensor_proto(2**31 - 1))

    def by_rest(_: int) -> requests.Response:
        body = {"signature_name": "slow", "inputs": 2**31 - 1}
        return requests.post(url, json=body, timeout=60)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(by_rest, number) for number in range(2)]  # one waits for a thread
        future = stub.Predict.future(request, timeout=60)
        busy = server.registry._managers["toy"]._versions[3]
        wait_until(lambda: busy.references == 2)
        server.stop()
        for answer in answers:
            assert answer.result().status_code == 503
            assert answer.result().json() == {"error": "the server is stopping"}
    assert future.code() == grpc.StatusCode.UNAVAILABLE
    assert future.details() == "the server is stopping"
    channel.close()


def test_a_computation_that_nothing_can_interrupt_keeps_no_client_waiting(
    toy_folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch
):
    free = threading.Event()
    monkeypatch.setattr(Servable, "predict", lambda *_, **__: free.wait(60) and {})
    server = ModelServer(options(toy_folder, port=0, grace_seconds=0.1))
    server.start()
    url = f"http://127.0.0.1:{server.rest_api_port}/v1/models/toy:predict"
    body = {"signature_name": "slow", "inputs": 1}
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        answer = pool.submit(requests.post, url, json=body, timeout=60)
        busy = server.registry._managers["toy"]._versions[3]
        wait_until(lambda: busy.references == 1)
        server.stop()
        assert not free.is_set()
        assert answer.result().status_code == 503
        assert answer.result().json() == {"error": "the server is stopping"}
        free.set()


def test_a_request_whose_body_never_comes_keeps_no_server(toy_folder: pathlib.Path):
    server = ModelServer(options(toy_folder, port=0, grace_seconds=0.1))
    server.start()
    with socket.create_connection(("127.0.0.1", server.rest_api_port), 60) as connection:
        head = b"POST /v1/models/toy:predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n{"
        connection.sendall(head)
        wait_until(lambda: bool(server._rest_server._server.server_state.tasks))
        server.stop()
        answer = b"".join(iter(lambda: connection.recv(4096), b"")).decode()
    assert answer.startswith("HTTP/1.1 503 ")
    assert answer.endswith('{"error": "the server is stopping"}')


def test_an_event_loop_that_never_ends_keeps_no_server(toy_folder: pathlib.Path, monkeypatch):
    monkeypatch.setattr(rest_server, "_FAREWELL_SECONDS", 0.1)
    server = ModelServer(options(toy_folder, port=0, grace_seconds=0.1))
    server.start()
    uvicorn_server, end = server._rest_server._server, threading.Event()

    async def shutdown(sockets: object = None) -> None:
        while not end.is_set():
            await asyncio.sleep(0.01)

    monkeypatch.setattr(uvicorn_server, "shutdown", shutdown)
    server.stop()  # returns
    end.set()


def test_a_port_that_is_taken(toy_folder: pathlib.Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="choose another port with --rest_api_port"):
            ModelServer(options(toy_folder, rest_api_port=port)).start()
        with pytest.raises(OSError, match="choose another with --port"):
            ModelServer(options(toy_folder, port=port)).start()


def test_two_servers_never_share_a_port(toy_folder: pathlib.Path):
    with ModelServer(options(toy_folder, rest_api_port=0)) as first:
        assert first.rest_api_port == 0
        with pytest.raises(OSError, match="taken"):
            ModelServer(options(toy_folder, port=first.port)).start()


def test_a_unix_socket_and_arguments_of_the_channel(
    toy_folder: pathlib.Path, tmp_path: pathlib.Path
):
    path = tmp_path / "socket"
    changes = {"port": 0, "rest_api_port": 0, "grpc_socket_path": str(path)}
    arguments = {"grpc.max_receive_message_length": 1000}
    with ModelServer(options(toy_folder, grpc_channel_arguments=arguments, **changes)) as server:
        assert server.port == 0
        with GrpcClient(f"unix:{path}", "toy") as client:
            assert scale(client) == 2
            with pytest.raises(ModelServerError) as caught:
                client.predict("scale_of", {"query": [bytes(2000)]}, {"scale": np.float32})
            assert caught.value.code == "RESOURCE_EXHAUSTED"


def test_batches_of_concurrent_requests(batch_folder: pathlib.Path, tmp_path: pathlib.Path):
    """Eight requests over both protocols are run as one batch; a bad one spoils no other."""
    parameters = tmp_path / "batching.config"
    parameters.write_text("max_batch_size { value: 8 } batch_timeout_micros { value: 10000000 }")
    changes = {"enable_batching": True, "batching_parameters_file": parameters}
    with ModelServer(options(batch_folder, **changes)) as server:
        url = f"http://127.0.0.1:{server.rest_api_port}/v1/models/toy:predict"
        stub = prediction_service_pb2_grpc.PredictionServiceStub(
            grpc.insecure_channel(f"127.0.0.1:{server.port}")
        )

        def by_rest(value: float) -> tuple:
            response = requests.post(url, json={"inputs": [[value]]}, timeout=30)
            if not response.ok:
                return (response.status_code,)
            outputs = response.json()["outputs"]
            return outputs["y"][0][0], outputs["size"][0]

        def by_grpc(value: float) -> tuple:
            request = predict_pb2.PredictRequest()
            request.model_spec.name = "toy"
            request.inputs["x"].CopyFrom(tf.make_tensor_proto([[value]], tf.float32))
            outputs = stub.Predict(request, timeout=30).outputs
            return outputs["y"].float_val[0], outputs["size"].int_val[0]

        def ask_all(values: list[float]) -> list[tuple]:
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                asked = [pool.submit((by_rest, by_grpc)[n % 2], v) for n, v in enumerate(values)]
                return [future.result() for future in asked]

        values = [float(value) for value in range(8)]
        assert ask_all(values) == [(2 * value, 8) for value in values]
        bad = [-1.0, *values[1:]]
        assert ask_all(bad) == [(400,), *((2 * value, 1) for value in values[1:])]
        mean = requests.post(url, json={"signature_name": "mean", "inputs": [1.0] * 8}, timeout=30)
        assert mean.status_code == 400 and "0 dimensions" in mean.json()["error"]
