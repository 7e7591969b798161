"""`ots serve` as a process."""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from unittest import mock

import pytest
import requests
from click.testing import CliRunner

from objects_that_sound.serving.launcher.free_ports import free_ports
from objects_that_sound.tfx_pipeline.commands.serve import command

_ROOT = pathlib.Path(__file__).parents[3]


@contextlib.contextmanager
def serving(base_path: pathlib.Path, port: int, rest_port: int) -> Iterator[subprocess.Popen]:
    """`ots serve` of a model `toy`, as a process that ends in any case."""
    arguments = [
        f"--model_base_path={base_path}",
        "--model_name=toy",
        f"--port={port}",
        f"--rest_api_port={rest_port}",
    ]
    code = "from objects_that_sound.tfx_pipeline.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "serve", *arguments],
        cwd=_ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    watchdog = threading.Timer(300, process.kill)
    watchdog.start()
    try:
        yield process
    finally:
        watchdog.cancel()
        process.kill()
        process.wait()


@pytest.mark.slow  # a process of its own imports TensorFlow
def test_serves_until_terminated(toy_folder: pathlib.Path):
    port, rest_port = free_ports(2)
    with serving(toy_folder, port, rest_port) as process:
        lines = [process.stdout.readline().strip() for _ in range(2)]
        assert lines == [
            f"Running gRPC ModelServer at 127.0.0.1:{port} ...",
            f"Exporting HTTP/REST API at:localhost:{rest_port} ...",
        ]
        url = f"http://127.0.0.1:{rest_port}/v1/models/toy:predict"
        body = {"signature_name": "scaled", "instances": [1, 2]}
        answer = requests.post(url, json=body, timeout=10).json()
        assert answer == {"predictions": [2.0, 4.0]}
        foreign = requests.get(url, headers={"Host": "example.com"}, timeout=10)
        assert foreign.status_code == 403 and "--bind_address=0.0.0.0" in foreign.json()["error"]
        body = {"signature_name": "slow", "inputs": 2**31 - 1}
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            endless = pool.submit(requests.post, url, json=body, timeout=60)
            time.sleep(1)  # it is under way
            process.send_signal(signal.SIGTERM)
            assert endless.result().status_code == 503
            assert endless.result().json() == {"error": "the server is stopping"}
        _, log = process.communicate()
    assert process.returncode == 0
    assert re.search("toy: version 3 is served", log)
    assert re.search("toy: version 3 is unloaded", log)
    assert "only this machine can ask. To let others, give --bind_address=0.0.0.0" in log


@pytest.mark.slow  # a process of its own imports TensorFlow
def test_a_second_signal_breaks_off_what_is_under_way(toy_folder: pathlib.Path):
    port, rest_port = free_ports(2)
    with serving(toy_folder, port, rest_port) as process:
        for _ in range(2):
            process.stdout.readline()
        url = f"http://127.0.0.1:{rest_port}/v1/models/toy:predict"
        body = {"signature_name": "slow", "inputs": 2**31 - 1}
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            endless = pool.submit(requests.post, url, json=body, timeout=300)
            time.sleep(1)  # it is under way
            process.send_signal(signal.SIGINT)
            for line in process.stderr:
                if "stopping" in line:
                    break
            time.sleep(1)  # no wrapper sends the same signal so late
            process.send_signal(signal.SIGINT)
            with pytest.raises(requests.ConnectionError):
                endless.result()
        process.wait()
    assert process.returncode == 130


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--model_base_path=."], "both 0"),
        ([f"--model_base_path={__file__}", "--rest_api_port=8501"], "is not a folder"),
        (["--model_base_path=.", "--enable_everything=1"], "No such option"),
        ([], "--model_base_path"),
        (["--use_alts_credentials"], "--use_alts_credentials is not implemented by this server"),
        (["--platform_config_file=x"], "--platform_config_file is not implemented"),
        (["--grpc_channel_arguments=a"], "grpc_channel_arguments must be NAME=VALUE"),
        (["--enable_batching=perhaps"], "not a valid boolean"),
        (["--file_system_poll_wait_seconds=-1"], "-1.0 is not in the range x>=0"),
        (["--rest_api_port=65536"], "not in the range 0<=x<=65535"),
        (["--grace_seconds=1"], "No such option"),
        (["--model_base_path=.", "--rest_api_port=1", "--bind_address="], "bind_address is empty"),
    ],
)
def test_refuses(
    arguments: list[str], words: str, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    result = CliRunner().invoke(command, ["--port=0", *arguments])
    assert result.exit_code == 2
    assert words in result.output


@pytest.mark.parametrize(("before", "handled"), [(signal.SIG_DFL, True), (signal.SIG_IGN, False)])
def test_a_closed_terminal_ends_the_server_unless_nohup_keeps_it(
    before: signal.Handlers, handled: bool, monkeypatch: pytest.MonkeyPatch
):
    handlers: dict[int, object] = {}
    monkeypatch.setattr("signal.getsignal", lambda number: before)
    monkeypatch.setattr("signal.signal", handlers.__setitem__)
    CliRunner().invoke(command, ["--port=0"])  # refused, after that
    assert (signal.SIGHUP in handlers) is handled
    assert {signal.SIGINT, signal.SIGTERM} <= handlers.keys()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_while_models_are_loaded_ends_the_server(
    number: signal.Signals, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
):
    from objects_that_sound.serving.model_server.model_server import ModelServer

    handlers: dict[int, Callable] = {}
    timers, events = [], []

    class Timer:
        def __init__(self, *arguments: object):
            timers.append(arguments)

        def start(self) -> None:
            events.append("the last moment is set")

    monkeypatch.setattr("signal.getsignal", lambda number: signal.SIG_DFL)
    monkeypatch.setattr("signal.signal", handlers.__setitem__)
    monkeypatch.setattr("threading.Timer", Timer)
    monkeypatch.setattr(ModelServer, "start", lambda self: handlers[number](number, None))
    monkeypatch.setattr(ModelServer, "stop", lambda self: events.append("stopped"))
    result = CliRunner().invoke(command, [f"--model_base_path={tmp_path}"])
    assert result.exit_code == 0
    assert events == ["the last moment is set", "stopped"]
    assert timers == [(13.0, os._exit, [0])]


@pytest.mark.parametrize(
    ("signals", "status"),
    [
        ("SIGINT", None),
        ("SIGINT 1 SIGINT", 130),
        ("SIGTERM 1 SIGTERM", 143),
        ("SIGINT 9 SIGTERM", 143),
        ("SIGHUP 1 SIGTERM", 143),
        ("SIGTERM 0.1 SIGTERM", None),  # one signal, which a wrapper has passed on
        ("SIGINT 0.1 SIGINT 1 SIGINT", 130),
        ("SIGTERM 1 SIGHUP", None),  # the terminal goes as well
        ("SIGHUP 1 SIGHUP", None),
    ],
)
def test_a_second_signal_ends_the_server_at_once(
    signals: str,
    status: int | None,
    monkeypatch: pytest.MonkeyPatch,
    set_clock: Callable[..., None],
    tmp_path: pathlib.Path,
):
    from objects_that_sound.serving.model_server.model_server import ModelServer

    handlers: dict[int, Callable] = {}
    now, events, ended = [50.0], iter(signals.split()), []

    def receive_all(self: ModelServer) -> None:
        for event in events:
            if event.startswith("SIG"):
                handlers[signal.Signals[event]](signal.Signals[event], None)
            else:
                now[0] += float(event)

    monkeypatch.setattr("signal.getsignal", lambda number: signal.SIG_DFL)
    monkeypatch.setattr("signal.signal", handlers.__setitem__)
    monkeypatch.setattr("threading.Timer", mock.Mock())
    monkeypatch.setattr("os._exit", ended.append)
    monkeypatch.setattr(ModelServer, "start", receive_all)
    monkeypatch.setattr(ModelServer, "stop", lambda self: None)
    set_clock(sys.modules[command.callback.__module__], monotonic=lambda: now[0])
    result = CliRunner().invoke(command, [f"--model_base_path={tmp_path}"])
    assert result.exit_code == 0, result.output
    assert ended == ([] if status is None else [status])


def test_every_flag_of_tensorflow_model_server_is_known():
    """The flags of tensorflow_serving/model_servers/main.cc, releases 2.16 to 2.19."""
    flags = """
        port grpc_socket_path rest_api_port rest_api_num_threads rest_api_timeout_in_ms
        rest_api_enable_cors_support enable_batching allow_version_labels_for_unavailable_models
        batching_parameters_file enable_per_model_batching_parameters model_config_file
        model_config_file_poll_wait_seconds model_name model_base_path num_load_threads
        num_unload_threads max_num_load_retries load_retry_interval_micros
        file_system_poll_wait_seconds flush_filesystem_caches tensorflow_session_parallelism
        tensorflow_session_config_file tensorflow_intra_op_parallelism
        tensorflow_inter_op_parallelism use_alts_credentials ssl_config_file platform_config_file
        per_process_gpu_memory_fraction saved_model_tags grpc_channel_arguments grpc_max_threads
        enable_model_warmup num_request_iterations_for_warmup version monitoring_config_file
        remove_unused_fields_from_bundle_metagraph prefer_tflite_model num_tflite_pools
        num_tflite_interpreters_per_pool enable_signature_method_name_check
        xla_cpu_compilation_enabled xla_gpu_compilation_enabled enable_profiler
        thread_pool_factory_config_file mixed_precision skip_initialize_tpu
        enable_grpc_healthcheck_service enable_serialization_as_tensor_content
    """
    known = {option.removeprefix("--") for param in command.params for option in param.opts}
    assert set(flags.split()) <= known


def test_every_option_of_the_server_is_a_flag_with_its_help_and_default():
    from objects_that_sound.serving.model_server.model_server_options import ModelServerOptions

    flags = {param.name: param for param in command.params}
    fields = {field.name for field in dataclasses.fields(ModelServerOptions)}
    assert fields - set(flags) == {"grace_seconds"}
    for name in fields & set(flags):
        assert flags[name].opts == [f"--{name}"]
        assert flags[name].help
        assert "default" not in flags[name].help
    context = command.make_context("serve", [])
    words = " ".join(command.get_help(context).split())
    assert "Port for gRPC; 0 for none. [default: 8500; 0<=x<=65535]" in words
    assert "Answer grpc.health.v1. [default: true]" in words
    assert "Put requests together into batches. [default: false]" in words
    assert "with commas between them. [default: serve]" in words


def test_flags_become_options(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path):
    from objects_that_sound.serving.model_server.model_server_options import ModelServerOptions

    seen = []
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr(ModelServerOptions, "check", lambda self: seen.append(self) or 1 / 0)
    arguments = [
        f"--model_base_path={tmp_path}",
        "--enable_batching",
        "--enable_model_warmup=false",
        "--rest_api_enable_cors_support=1",
        "--flush_filesystem_caches=false",
        "--grpc_channel_arguments=grpc.max_connection_age_ms=2000,grpc.a=b",
        "--saved_model_tags=serve,gpu",
        "--rest_api_port=8501",
    ]
    result = CliRunner().invoke(command, arguments)
    assert isinstance(result.exception, ZeroDivisionError)
    assert seen == [
        ModelServerOptions(
            str(tmp_path),
            enable_batching=True,
            enable_model_warmup=False,
            rest_api_enable_cors_support=True,
            grpc_channel_arguments={"grpc.max_connection_age_ms": 2000, "grpc.a": "b"},
            saved_model_tags=("serve", "gpu"),
            rest_api_port=8501,
        )
    ]


def test_version():
    result = CliRunner().invoke(command, ["--version"])
    assert result.exit_code == 0 and "TensorFlow Library: 2." in result.output
