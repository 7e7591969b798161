"""`ots serve`: the local model server."""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from typing import Any

import click

_OURS = "(Not a tensorflow_model_server flag.)"
_THREADS = "[default: 4 for each CPU]"
_PORT = click.IntRange(0, 65535)
_UI_PORT = 8501
"""REST's port where the page is wanted and no port is given: the one of the stock images."""
_FILE = click.Path(path_type=pathlib.Path)

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


class _ChannelArguments(click.ParamType):
    """`key=value,key=value`; whole numbers are passed on as such."""

    name = "key=value,..."

    def convert(self, value: Any, param: Any, ctx: Any) -> dict[str, int | str]:
        if isinstance(value, dict):
            return value
        arguments: dict[str, int | str] = {}
        for argument in filter(None, value.split(",")):
            key, equals, text = argument.partition("=")
            if not key or not equals:
                self.fail(f"{argument!r} is not of the form key=value", param, ctx)
            arguments[key] = int(text) if text.removeprefix("-").isdigit() else text
        return arguments


class _Tags(click.ParamType):
    """`tag,tag`."""

    name = "tag,..."

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, ...]:
        return value if isinstance(value, tuple) else tuple(filter(None, value.split(",")))


def _bool(name: str, words: str, **attributes: Any) -> Callable:
    """A flag that is `--name`, `--name=true` or `--name=false`, as tensorflow_model_server's."""
    return click.option(
        f"--{name}",
        type=click.BOOL,
        is_flag=False,
        flag_value="true",
        metavar="[=true|false]",
        help=words,
        **attributes,
    )


def _other_flags(command: Callable) -> Callable:
    """Adds the flags that are taken without effect, and those that are refused."""

    def refuse(context: click.Context, option: click.Parameter, value: object) -> None:
        if value is not None:
            raise click.UsageError(
                f"--{option.name} is not implemented by this server: {_REFUSED[str(option.name)]}"
            )

    for name, why in _WITHOUT_EFFECT.items():
        words = f"Taken, without effect: {why}."
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


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--model_base_path",
    type=_FILE,
    help="Folder of numbered folders, each a SavedModel (what the pipeline pushes).",
)
@click.option("--model_name", help="Name in requests.  [default: default]")
@click.option(
    "--model_config_file",
    type=_FILE,
    help="ModelServerConfig as text: several models, version policies, labels. Replaces "
    "--model_base_path and --model_name.",
)
@click.option(
    "--model_config_file_poll_wait_seconds",
    type=click.FloatRange(0),
    help="Seconds between two looks at that file; 0 looks only at the start.  [default: 0]",
)
@_bool(
    "allow_version_labels_for_unavailable_models",
    "A new label may name a version that is not served yet.",
)
@click.option("--port", type=_PORT, help="Port for gRPC; 0 for none.  [default: 8500]")
@click.option("--grpc_socket_path", help="UNIX socket for gRPC.")
@click.option(
    "--grpc_max_threads",
    type=click.IntRange(1),
    help=f"gRPC requests answered at the same time.  {_THREADS}",
)
@click.option(
    "--grpc_channel_arguments",
    type=_ChannelArguments(),
    help="Of the gRPC server, such as grpc.max_connection_age_ms=2000.",
)
@_bool("enable_grpc_healthcheck_service", "Answer grpc.health.v1.  [default: true]")
@_bool("enable_serialization_as_tensor_content", "Outputs over gRPC as bytes: quicker.")
@click.option("--ssl_config_file", type=_FILE, help="SSLConfig as text: TLS for gRPC.")
@click.option("--rest_api_port", type=_PORT, help="Port for REST; 0 for none.  [default: 0]")
@click.option(
    "--rest_api_num_threads",
    type=click.IntRange(1),
    help=f"REST requests answered at the same time.  {_THREADS}",
)
@click.option(
    "--rest_api_timeout_in_ms",
    type=click.IntRange(1),
    help="How long a REST prediction may take.  [default: 30000]",
)
@_bool("rest_api_enable_cors_support", "Let web pages from other servers call REST.")
@_bool("rest_api_enable_ssl", f"TLS for REST as well, by --ssl_config_file. {_OURS}")
@click.option(
    "--monitoring_config_file", type=_FILE, help="MonitoringConfig as text: Prometheus metrics."
)
@_bool("enable_batching", "Put requests together into batches.")
@click.option("--batching_parameters_file", type=_FILE, help="BatchingParameters as text.")
@click.option(
    "--file_system_poll_wait_seconds",
    type=click.FloatRange(0),
    help="Seconds between two looks for new versions; 0 looks only at the start.  [default: 1]",
)
@click.option(
    "--num_load_threads",
    type=click.IntRange(0),
    help="Models loaded at the same time; 0 for one after the other.  [default: 0]",
)
@click.option(
    "--max_num_load_retries",
    type=click.IntRange(0),
    help="How often a version that cannot be loaded is tried again.  [default: 5]",
)
@click.option(
    "--load_retry_interval_micros",
    type=int,
    help="Microseconds between two such tries.  [default: 60000000]",
)
@_bool(
    "enable_model_warmup",
    "Replay the requests in assets.extra/tf_serving_warmup_requests after loading.  "
    "[default: true]",
)
@click.option(
    "--num_request_iterations_for_warmup",
    type=click.IntRange(0),
    help="How often each of them; 0 for once.  [default: 0]",
)
@click.option("--saved_model_tags", type=_Tags(), help="Of the graph to load.  [default: serve]")
@_bool(
    "enable_signature_method_name_check",
    "Classify and regress only by signatures declared as such.",
)
@click.option(
    "--tensorflow_session_parallelism",
    type=click.IntRange(0),
    help="Threads of TensorFlow; 0 for as many as it likes.  [default: 0]",
)
@click.option(
    "--tensorflow_intra_op_parallelism", type=click.IntRange(0), help="Threads for one op."
)
@click.option(
    "--tensorflow_inter_op_parallelism", type=click.IntRange(0), help="Ops at the same time."
)
@click.option("--tensorflow_session_config_file", type=_FILE, help="ConfigProto as text.")
@click.option("--per_process_gpu_memory_fraction", type=click.FloatRange(0, 1))
@click.option(
    "--max_request_bytes",
    type=click.IntRange(1),
    help=f"A larger gRPC message or REST body is refused.  [default: 67108864] {_OURS}",
)
@click.option(
    "--max_image_pixels",
    type=click.IntRange(0),
    help="An image whose header states more is refused before it is decoded; 0 for any size.  "
    f"[default: 33554432] {_OURS}",
)
@click.option(
    "--api_token_file",
    type=_FILE,
    help="File with a token; requests must carry 'Authorization: Bearer TOKEN'. " + _OURS,
)
@click.option(
    "--bind_address",
    help=f"Address to listen on; 127.0.0.1 for this machine only.  [default: 0.0.0.0] {_OURS}",
)
@_bool("ui", f"Serve a page to see and hear the models with, below /ui/ of REST's port. {_OURS}")
@click.option(
    "--ui_media",
    type=_FILE,
    multiple=True,
    help="Folder of videos that the page may play where a search finds a moment of one. May be "
    f"given several times. {_OURS}",
)
@click.option("--version", "show_version", is_flag=True, help="Print versions and exit.")
@_other_flags
def command(show_version: bool, **flags: Any) -> None:
    """Serve pushed models over gRPC and REST: the TensorFlow Serving API.

    Flags are tensorflow_model_server's own. New versions below --model_base_path are picked up
    while running. Stop with Ctrl-C or SIGTERM; requests in flight are finished.
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
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())

    from objects_that_sound.serving.model_server.model_server_options import ModelServerOptions

    if flags["ui"] and flags["rest_api_port"] is None:
        flags["rest_api_port"] = _UI_PORT
    options = ModelServerOptions(**{k: v for k, v in flags.items() if v is not None})
    try:
        options.check()
    except (ValueError, OSError) as error:
        raise click.UsageError(str(error)) from error

    import tensorflow as tf

    from objects_that_sound.serving.model_server.model_server import ModelServer

    tf.get_logger().setLevel(logging.ERROR)
    logging.getLogger("absl").setLevel(logging.ERROR)
    # A trace for each message that cannot be parsed would let anybody fill the log.
    logging.getLogger("grpc._common").addFilter(lambda r: "deserializing" not in r.getMessage())
    try:
        server = ModelServer(options)
        server.start()
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    try:
        # The lines that tensorflow_model_server prints, for whoever waits for them.
        if server.port:
            print(
                f"Running gRPC ModelServer at {options.bind_address}:{server.port} ...", flush=True
            )
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
        stop.wait()
        logging.info("stopping: requests in flight are finished")
    finally:
        server.stop()
