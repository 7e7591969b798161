"""Health over gRPC and REST, as models come and the server goes."""

from __future__ import annotations

import pathlib
import shutil
import time
from collections.abc import Callable

import grpc
import pytest
import requests
from grpc_health.v1 import health_pb2, health_pb2_grpc

from objects_that_sound.serving.model_server.health import Health
from objects_that_sound.serving.model_server.model_server import ModelServer


def test_follows_the_models(toy_folder: pathlib.Path, tmp_path: pathlib.Path, options: Callable):
    with ModelServer(options(tmp_path)) as server:
        root = f"http://127.0.0.1:{server.rest_api_port}"
        with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            stub = health_pb2_grpc.HealthStub(channel)

            def check(service: str) -> str:
                request = health_pb2.HealthCheckRequest(service=service)
                try:
                    status = stub.Check(request, timeout=10).status
                except grpc.RpcError as error:
                    return error.code().name
                return health_pb2.HealthCheckResponse.ServingStatus.Name(status)

            assert requests.get(f"{root}/livez", timeout=10).status_code == 200
            assert requests.get(f"{root}/readyz", timeout=10).status_code == 503
            services = ["", "tensorflow.serving.PredictionService", "toy"]
            assert {check(service) for service in services} == {"NOT_SERVING"}
            assert check("nope") == "NOT_FOUND"
            shutil.copytree(toy_folder / "3", tmp_path / "1")
            end = time.monotonic() + 30
            while requests.get(f"{root}/readyz", timeout=10).status_code != 200:
                assert time.monotonic() < end
                time.sleep(0.02)
            assert {check(service) for service in services} == {"SERVING"}


def test_stopping_and_models_that_go():
    health = Health()
    assert not health.is_ready
    health.update({"a": True, "b": False})
    assert not health.is_ready
    health.update({"a": True})
    assert health.is_ready
    health.stop()
    assert not health.is_ready
    health.update({"a": True})
    assert not health.is_ready


def test_without_the_service(toy_folder: pathlib.Path, options: Callable):
    with (
        ModelServer(options(toy_folder, enable_grpc_healthcheck_service=False)) as server,
        grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel,
        pytest.raises(grpc.RpcError) as caught,
    ):
        health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=10)
    assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED
