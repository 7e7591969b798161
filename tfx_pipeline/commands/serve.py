"""`ots serve`: the local model server."""

from __future__ import annotations

import pathlib

import click

_THREADS_HELP = "[default: 4 for each CPU]"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--model_base_path",
    required=True,
    type=click.Path(path_type=pathlib.Path),
    help="Folder of numbered folders, each a SavedModel (what the pipeline pushes).",
)
@click.option("--model_name", default="default", show_default=True, help="Name in requests.")
@click.option(
    "--port",
    default=8500,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port for gRPC; 0 for none.",
)
@click.option(
    "--rest_api_port",
    default=0,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port for REST; 0 for none.",
)
@click.option(
    "--rest_api_num_threads",
    type=click.IntRange(1),
    help=f"REST requests answered at the same time. {_THREADS_HELP}",
)
@click.option(
    "--rest_api_timeout_in_ms",
    default=30_000,
    show_default=True,
    type=click.IntRange(1),
    help="How long a REST prediction may run.",
)
@click.option(
    "--grpc_max_threads",
    type=click.IntRange(1),
    help=f"gRPC requests answered at the same time. {_THREADS_HELP}",
)
@click.option(
    "--file_system_poll_wait_seconds",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0),
    help="Seconds between two looks for new versions; 0 looks only at the start.",
)
@click.option(
    "--max_request_bytes",
    default=64 * 2**20,
    show_default=True,
    type=click.IntRange(1),
    help="A larger gRPC message or REST body is refused. (Not a tensorflow_model_server flag.)",
)
@click.option(
    "--bind_address",
    default="0.0.0.0",
    show_default=True,
    help="Address to listen on; 127.0.0.1 for this machine only. "
    "(Not a tensorflow_model_server flag.)",
)
def command(**flags: object) -> None:
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

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.filterwarnings("ignore", category=FutureWarning)  # of libraries, about Python
    logging.basicConfig(
        force=True,
        stream=sys.stderr,
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(message)s",
    )

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())

    from serving.model_server.model_server_options import ModelServerOptions

    given = {name: value for name, value in flags.items() if value is not None}
    options = ModelServerOptions(**given)  # type: ignore[arg-type]
    try:
        options.check()
    except (ValueError, OSError) as error:
        raise click.UsageError(str(error)) from error

    import tensorflow as tf

    from serving.model_server.model_server import ModelServer

    tf.get_logger().setLevel(logging.ERROR)
    logging.getLogger("absl").setLevel(logging.ERROR)
    server = ModelServer(options)
    try:
        server.start()
    except OSError as error:
        raise click.ClickException(str(error)) from error
    try:
        # The lines that tensorflow_model_server prints, for whoever waits for them.
        if server.port:
            print(
                f"Running gRPC ModelServer at {options.bind_address}:{server.port} ...", flush=True
            )
        if server.rest_api_port:
            print(f"Exporting HTTP/REST API at:localhost:{server.rest_api_port} ...", flush=True)
        stop.wait()
        logging.info("stopping: requests in flight are finished")
    finally:
        server.stop()
