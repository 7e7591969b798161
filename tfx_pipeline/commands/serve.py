"""`ots serve`: the local model server."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import click
from click.core import ParameterSource

from objects_that_sound.serving.model_server.model_server_options import ModelServerOptions
from objects_that_sound.tfx_pipeline.commands.unpushed import unpushed
from objects_that_sound.tfx_pipeline.knobs.click_options import (
    TextType,
    from_options,
    option_of,
)
from objects_that_sound.tfx_pipeline.knobs.knob import knobs_of, spelt

_UI_PORT = 8501
"""REST's port where the page is wanted and no port is given: the one of the stock images."""

_END_SECONDS = 3.0
"""How much longer than the requests in flight the process may take to end."""

_SAME_SECONDS = 0.5
"""A signal that comes again within that time is the same one."""

_WITHOUT_EFFECT = {
    "flush_filesystem_caches": "the system's own caches are used",
    "num_unload_threads": "unloading never delays a request here",
    "remove_unused_fields_from_bundle_metagraph": "the graph is not kept here",
}
"""Flags that set nothing that could be seen from outside, so that any value is right."""

_REFUSED = {
    "enable_per_model_batching_parameters": "give --batching_parameters_file for all models",
    "enable_profiler": "there is no profiler service",
    "force_allow_any_version_labels_for_unavailable_models": (
        "use --allow_version_labels_for_unavailable_models"
    ),
    "mixed_precision": "export the model in the precision that it is to run in",
    "num_tflite_interpreters_per_pool": "TensorFlow Lite models are not served",
    "num_tflite_pools": "TensorFlow Lite models are not served",
    "platform_config_file": "use the single flags",
    "prefer_tflite_model": "TensorFlow Lite models are not served",
    "skip_initialize_tpu": "TPUs are not used",
    "thread_pool_factory_config_file": "TensorFlow's own thread pools are used",
    "use_alts_credentials": "use --ssl_config_file",
    "use_tflite_model": "TensorFlow Lite models are not served",
    "xla_cpu_compilation_enabled": "models run as they were exported",
    "xla_gpu_compilation_enabled": "models run as they were exported",
}
"""tensorflow_model_server's other flags, and what to do instead."""


def _flags(command: Callable) -> Callable:
    """Adds a flag for each option of the server, spelt as tensorflow_model_server spells them."""
    for knob in reversed(knobs_of(ModelServerOptions)):
        special: dict[str, Any] = {}
        if knob.kind is bool:  # `--name`, `--name=true` or `--name=false`
            special |= {"type": click.BOOL, "is_flag": False, "flag_value": "true"}
            special |= {"metavar": "[=true|false]", "default": spelt(knob.default)}
        elif knob.name == "saved_model_tags":  # one flag with commas
            special |= {"type": TextType(knob), "multiple": False, "metavar": "TAG,..."}
        if knob.name != "grace_seconds":
            command = option_of(knob, f"--{knob.name}", **special)(command)
    return command


def _other_flags(command: Callable) -> Callable:
    """Adds the flags that are taken without effect, and those that are refused."""

    def refuse(context: click.Context, option: click.Parameter, value: object) -> None:
        if value is not None:
            raise click.UsageError(
                f"--{option.name} is not implemented by this server: {_REFUSED[str(option.name)]}"
            )

    for name, why in _WITHOUT_EFFECT.items():
        words = f"This flag has no effect: {why}."
        command = click.option(
            f"--{name}", is_flag=False, flag_value="true", expose_value=False, help=words
        )(command)
    for name in _REFUSED:
        command = click.option(
            f"--{name}",
            is_flag=False,
            flag_value="true",
            expose_value=False,
            hidden=True,
            callback=refuse,
        )(command)
    return command


def _is_given(name: str) -> bool:
    source = click.get_current_context().get_parameter_source(name)
    return source is not ParameterSource.DEFAULT


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@_flags
@click.option("--version", "show_version", is_flag=True, help="Print versions and exit.")
@_other_flags
def command(show_version: bool, **flags: Any) -> None:
    """Serve pushed models over gRPC and REST: the TensorFlow Serving API.

    The flags are those of tensorflow_model_server. New versions below --model_base_path are loaded
    while the server runs. Ctrl-C or SIGTERM stops it, and requests in flight are finished.
    The same once more ends it at once.
    """
    import logging
    import os
    import signal
    import sys
    import threading
    import warnings

    if show_version:
        from importlib import metadata

        print(f"Objects that Sound model server: {metadata.version('objects-that-sound')}")
        print(f"TensorFlow Library: {metadata.version('tensorflow')}")
        return

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.filterwarnings("ignore", category=FutureWarning)  # of libraries, about Python
    logging.basicConfig(
        force=True,
        stream=sys.stderr,
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(message)s",
    )

    # The thread that moves REST's bytes may wait that long for each piece of a large body while
    # others parse theirs; Python's own interval is 5 ms.
    sys.setswitchinterval(0.0005)

    stop = threading.Event()
    since = 0.0
    sighup = getattr(signal, "SIGHUP", None)

    def end(number: int, _: object) -> None:
        nonlocal since
        if stop.is_set():
            # Wrappers pass a signal on that the whole group got: it then comes twice. And a
            # terminal that is closed may tell so more than once.
            if number != sighup and time.monotonic() - since > _SAME_SECONDS:
                os._exit(128 + number)
            return
        since = time.monotonic()
        stop.set()
        # A model that is being loaded, or a computation that nothing can interrupt, keeps nobody.
        last = threading.Timer(ModelServerOptions.grace_seconds + _END_SECONDS, os._exit, [0])
        last.daemon = True
        last.start()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    # A terminal that is closed ends the server as well, but not one that was started by nohup.
    if sighup is not None and signal.getsignal(sighup) is not signal.SIG_IGN:
        signal.signal(sighup, end)

    if flags["ui"] and not _is_given("rest_api_port"):
        flags["rest_api_port"] = _UI_PORT
    options = from_options(ModelServerOptions, flags)
    try:
        options.check()
    except (ValueError, OSError) as error:
        raise click.UsageError(str(error)) from error

    import tensorflow as tf

    from objects_that_sound.serving.model_server.loopback import is_loopback
    from objects_that_sound.serving.model_server.model_server import ModelServer

    tf.get_logger().setLevel(logging.ERROR)
    logging.getLogger("absl").setLevel(logging.ERROR)
    try:
        server = ModelServer(options, _example_video)
        server.start()
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    try:
        # The lines that tensorflow_model_server prints, for whoever waits for them.
        if server.port:
            host = (
                f"[{options.bind_address}]"
                if ":" in options.bind_address
                else (options.bind_address)
            )
            print(f"Running gRPC ModelServer at {host}:{server.port} ...", flush=True)
        if options.grpc_socket_path:
            print(
                f"Running gRPC ModelServer at UNIX socket {options.grpc_socket_path} ...",
                flush=True,
            )
        if server.rest_api_port:
            print(f"Exporting HTTP/REST API at:localhost:{server.rest_api_port} ...", flush=True)
        if options.ui:
            scheme = "https" if options.rest_api_enable_ssl else "http"
            is_any = options.bind_address in ("0.0.0.0", "::", "127.0.0.1", "::1")
            host = "localhost" if is_any else options.bind_address
            print(f"Page at {scheme}://{host}:{server.rest_api_port}/ui/", flush=True)
        if is_loopback(options.bind_address):
            logging.info(
                "only this machine can ask. To let others, give --bind_address=0.0.0.0, best with "
                "--api_token_file and --ssl_config_file"
            )
        elif not options.api_token_file:
            logging.warning(
                "whoever can reach this machine at %s can ask: there is no --api_token_file",
                options.bind_address,
            )
        if options.model_base_path and (words := unpushed(options.model_base_path)):
            logging.warning(words)
        stop.wait()
        logging.info("stopping: requests in flight are finished")
    finally:
        server.stop()


def _example_video() -> bytes:
    # What it takes to make one is imported when somebody asks for it, not whenever a server starts.
    from objects_that_sound.components.generated_videos.example_video import example_video

    return example_video()
