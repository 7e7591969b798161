"""Prometheus metrics of a server."""

from __future__ import annotations

import pathlib
from collections.abc import Callable

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from objects_that_sound.serving.client.grpc_client import GrpcClient
from objects_that_sound.serving.model_server.model_server import ModelServer


def samples(page: str) -> dict[tuple, float]:
    found = {}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            if not sample.name.endswith("_bucket"):
                found[sample.name, *sorted(sample.labels.values())] = sample.value
    return found


@pytest.mark.parametrize("path", [None, "/metrics"])
def test_names_and_counts(
    toy_folder: pathlib.Path, tmp_path: pathlib.Path, options: Callable, path: str | None
):
    config = tmp_path / "monitoring.config"
    config.write_text(
        "prometheus_config { enable: true " + (f'path: "{path}"' if path else "") + " }"
    )
    batching = tmp_path / "batching.config"
    batching.write_text("allowed_batch_sizes: 4 max_batch_size { value: 4 }")
    changes = {
        "monitoring_config_file": config,
        "enable_batching": True,
        "batching_parameters_file": batching,
    }
    with ModelServer(options(toy_folder, **changes)) as server:
        root = f"http://127.0.0.1:{server.rest_api_port}"
        predict = f"{root}/v1/models/toy:predict"
        for body in ({"signature_name": "scaled", "inputs": [1]}, {"inputs": 5}, {}):
            requests.post(predict, json=body, timeout=10)
        for name in ("one", "two"):  # unknown models are one, or anybody could fill the memory
            requests.post(f"{root}/v1/models/{name}:predict", json={"inputs": 1}, timeout=10)
        with GrpcClient(f"127.0.0.1:{server.port}", "toy") as client:
            client.predict("scale_of", {"query": [b""]}, {"scale": float})
        page = requests.get(root + (path or "/monitoring/prometheus/metrics"), timeout=10)
    assert page.headers["content-type"].startswith("text/plain")
    found = samples(page.text)
    requested = ":tensorflow:serving:request_count"
    assert found[requested, "OK", "toy"] == 2
    assert found[requested, "INVALID_ARGUMENT", "toy"] == 2
    assert found[requested, "", "NOT_FOUND"] == 2
    latency = ":tensorflow:serving:request_latency_count"
    assert found[latency, "REST", "predict", "toy"] == 1
    assert found[latency, "GRPC", "Predict", "toy"] == 1
    assert found[":tensorflow:serving:runtime_latency_count", "Predict", "TF1", "toy"] == 2
    assert found[":tensorflow:serving:runtime_latency_sum", "Predict", "TF1", "toy"] > 100
    session = ":tensorflow:serving:batching_session"
    assert found[f"{session}:wrapped_run_count",] == 2
    assert found[f"{session}:input_batch_size_sum",] == 2
    assert found[f"{session}:processed_batch_size_sum",] == 8
    assert found[f"{session}:padding_size_sum", "4"] == 6
    assert found[f"{session}:queuing_latency_count", "model_server_batch_threads"] == 2
    model_path = str(toy_folder / "3")
    loads = ":tensorflow:cc:saved_model:load_attempt_count"
    assert found[loads, model_path, "success"] == 1


def test_none_where_they_are_not_wanted(server: ModelServer):
    url = f"http://127.0.0.1:{server.rest_api_port}/monitoring/prometheus/metrics"
    assert requests.get(url, timeout=10).status_code == 404
