"""TensorFlow Serving's configuration files."""

from __future__ import annotations

import pathlib

import pytest

from objects_that_sound.serving.model_server import text_proto
from objects_that_sound.serving.model_server.batching_parameters import BatchingParameters


def test_monitoring_config(tmp_path: pathlib.Path):
    path = tmp_path / "monitoring.config"
    path.write_text('prometheus_config { enable: true, path: "/metrics" }')
    config = text_proto.parse(path, "flag", text_proto.message_class("MonitoringConfig")())
    assert config.prometheus_config.enable and config.prometheus_config.path == "/metrics"


def test_what_is_not_such_a_file(tmp_path: pathlib.Path):
    path = tmp_path / "ssl.config"
    with pytest.raises(ValueError, match=r"--ssl_config_file .*cannot be read"):
        text_proto.parse(path, "ssl_config_file", text_proto.message_class("SSLConfig")())
    path.write_text("server_kee: 'x'")
    with pytest.raises(
        ValueError, match=r"Error parsing text-format tensorflow.serving.SSLConfig: .*server_kee"
    ):
        text_proto.parse(path, "ssl_config_file", text_proto.message_class("SSLConfig")())


def test_batching_parameters(tmp_path: pathlib.Path):
    path = tmp_path / "batching.config"
    path.write_text(
        "max_batch_size { value: 32 } batch_timeout_micros { value: 5000 }\n"
        "num_batch_threads { value: 4 } thread_pool_name { value: 'pool' }\n"
        "allowed_batch_sizes: 8 allowed_batch_sizes: 32 pad_variable_length_inputs: true"
    )
    parameters = BatchingParameters.from_file(path)
    assert parameters == BatchingParameters(32, 5000, 10, 4, "pool", (8, 32), True)
    assert [parameters.padded_size(size) for size in (1, 8, 9, 32)] == [8, 8, 32, 32]


def test_batching_parameters_have_serving_s_defaults(tmp_path: pathlib.Path):
    path = tmp_path / "batching.config"
    path.write_text("")
    parameters = BatchingParameters.from_file(path)
    assert (parameters.max_batch_size, parameters.batch_timeout_micros) == (1000, 0)
    assert parameters.max_enqueued_batches == 10


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("max_batch_size { value: 0 }", "max_batch_size must be at least 1"),
        ("num_batch_threads { value: 0 }", "num_batch_threads"),
        ("batch_timeout_micros { value: -1 }", "negative"),
        ("allowed_batch_sizes: 8", "must match max_batch_size; last entry was 8; expected 1000"),
        ("allowed_batch_sizes: 8 allowed_batch_sizes: 4", "increasing"),
        (
            "enable_large_batch_splitting { value: true } max_execution_batch_size { value: 2000 }",
            "max_execution_batch_size must be in",
        ),
        ("max_batch: 3", "max_batch"),
    ],
)
def test_batching_parameters_that_cannot_be(tmp_path: pathlib.Path, text: str, words: str):
    path = tmp_path / "batching.config"
    path.write_text(text)
    with pytest.raises(ValueError, match=words):
        BatchingParameters.from_file(path)
