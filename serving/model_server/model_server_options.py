"""What can be set on the model server."""

from __future__ import annotations

import dataclasses
import pathlib
from typing import Annotated

from annotated_types import Ge, Interval

from objects_that_sound.serving.launcher.usable_processors import usable_processors

_THREADS = 4 * usable_processors()
_OURS = "(Not a tensorflow_model_server flag.)"
_Port = Annotated[int | None, Interval(ge=0, le=65535)]  # None, from Python only: any free one


@dataclasses.dataclass(frozen=True)
class ModelServerOptions:
    """The options, by tensorflow_model_server's names and with its defaults where it has them.

    The flags of `ots serve` are made of these fields, with their help, defaults and bounds.
    """

    model_base_path: Annotated[
        str | None,
        "Folder of numbered folders, each a SavedModel (what the pipeline pushes), here or on s3://. "
        "May come later.",
    ] = None
    model_name: Annotated[str, "Name of the model in requests."] = "default"
    model_config_file: Annotated[
        pathlib.Path | None,
        "ModelServerConfig as text: several models, version policies, labels. Replaces "
        "--model_base_path and --model_name.",
    ] = None
    model_config_file_poll_wait_seconds: Annotated[
        float, "Seconds between two looks at that file; 0 looks only at the start.", Ge(0)
    ] = 0.0
    allow_version_labels_for_unavailable_models: Annotated[
        bool, "Let a new label name a version that is not served yet."
    ] = False
    port: Annotated[_Port, "Port for gRPC; 0 for none."] = 8500
    grpc_socket_path: Annotated[str | None, "UNIX socket for gRPC."] = None
    grpc_max_threads: Annotated[
        int, "Number of gRPC requests answered at the same time.", Ge(1)
    ] = _THREADS
    grpc_channel_arguments: Annotated[
        dict[str, int | str],
        "Settings of the gRPC server, such as grpc.max_connection_age_ms=2000.",
    ] = dataclasses.field(default_factory=dict)
    enable_grpc_healthcheck_service: Annotated[bool, "Answer grpc.health.v1."] = True
    enable_serialization_as_tensor_content: Annotated[
        bool, "Send outputs over gRPC as bytes, not as lists of numbers: quicker."
    ] = False
    ssl_config_file: Annotated[pathlib.Path | None, "SSLConfig as text: TLS for gRPC."] = None
    rest_api_port: Annotated[_Port, "Port for REST; 0 for none."] = 0
    rest_api_num_threads: Annotated[
        int, "Number of REST requests answered at the same time.", Ge(1)
    ] = _THREADS
    rest_api_timeout_in_ms: Annotated[
        int, "Milliseconds that a REST prediction may take.", Ge(1)
    ] = 30_000
    rest_api_enable_cors_support: Annotated[bool, "Let web pages from other servers call REST."] = (
        False
    )
    rest_api_enable_ssl: Annotated[bool, f"TLS for REST as well, by --ssl_config_file. {_OURS}"] = (
        False
    )
    monitoring_config_file: Annotated[
        pathlib.Path | None, "MonitoringConfig as text: metrics for Prometheus."
    ] = None
    enable_batching: Annotated[bool, "Put requests together into batches."] = False
    batching_parameters_file: Annotated[pathlib.Path | None, "BatchingParameters as text."] = None
    file_system_poll_wait_seconds: Annotated[
        float, "Seconds between two looks for new versions; 0 looks only at the start.", Ge(0)
    ] = 1.0
    num_load_threads: Annotated[
        int, "Number of models loaded at the same time; 0 for one after the other.", Ge(0)
    ] = 0
    max_num_load_retries: Annotated[
        int, "Number of times that a version which cannot be loaded is tried again.", Ge(0)
    ] = 5
    load_retry_interval_micros: Annotated[int, "Microseconds between two such tries.", Ge(0)] = (
        60_000_000
    )
    enable_model_warmup: Annotated[
        bool, "Replay the requests in assets.extra/tf_serving_warmup_requests after loading."
    ] = True
    num_request_iterations_for_warmup: Annotated[
        int, "Number of times that each of these requests is replayed; 0 for once.", Ge(0)
    ] = 0
    saved_model_tags: Annotated[
        tuple[str, ...], "Tags of the graph to load, with commas between them."
    ] = ("serve",)
    # Those that TensorFlow 2 makes are not declared so.
    enable_signature_method_name_check: Annotated[
        bool, "Methods take only signatures that are declared for them."
    ] = False
    tensorflow_session_parallelism: Annotated[
        int, "Threads of TensorFlow; 0 for as many as it likes.", Ge(0)
    ] = 0
    tensorflow_intra_op_parallelism: Annotated[
        int, "Threads for one op; 0 for as many as it likes.", Ge(0)
    ] = 0
    tensorflow_inter_op_parallelism: Annotated[
        int, "Number of ops at the same time; 0 for as many as it likes.", Ge(0)
    ] = 0
    tensorflow_session_config_file: Annotated[pathlib.Path | None, "ConfigProto as text."] = None
    per_process_gpu_memory_fraction: Annotated[
        float, "Share of a GPU's memory to take; 0 for what TensorFlow likes.", Interval(ge=0, le=1)
    ] = 0.0
    max_request_bytes: Annotated[
        int, f"Size of the largest gRPC message or REST body, in bytes. {_OURS}", Ge(1)
    ] = 64 * 2**20
    max_image_pixels: Annotated[
        int,
        "Largest number of pixels of an image, all its frames together. A larger image is refused "
        "before it is decoded. The images of a request may have eight times as many together. 0 for any "
        f"size. {_OURS}",
        Ge(0),
    ] = 2**25
    api_token_file: Annotated[
        pathlib.Path | None,
        f"File with a token. Requests must carry 'Authorization: Bearer TOKEN'. {_OURS}",
    ] = None
    bind_address: Annotated[
        str,
        "Address to listen on: 127.0.0.1 for this machine only, 0.0.0.0 for whoever can reach it. "
        f"{_OURS}",
    ] = "127.0.0.1"
    ui: Annotated[
        bool, f"Serve a page to see and hear the models with, below /ui/ of REST's port. {_OURS}"
    ] = False
    ui_media: Annotated[
        tuple[pathlib.Path, ...],
        "Folder of videos that the page may play where a search finds a moment of one. May be "
        f"given several times. {_OURS}",
    ] = ()
    grace_seconds: Annotated[
        float, "Seconds that requests in flight may go on when the server stops.", Ge(0)
    ] = 10.0

    def check(self) -> None:
        """Refuses what cannot work.

        Raises:
            ValueError: the options contradict themselves, or the base path is on storage that can't be
                reached.
            FileNotFoundError: a file named is missing, or the base path is a file or itself a
                SavedModel. (One that is not there yet is waited for.)
        """
        if self.model_base_path is None and self.model_config_file is None:
            raise ValueError("give either --model_base_path or --model_config_file")
        self._check_ports()
        if self.file_system_poll_wait_seconds < 0 or self.model_config_file_poll_wait_seconds < 0:
            raise ValueError("--..._poll_wait_seconds is negative; 0 looks only once")
        if self.batching_parameters_file is not None and not self.enable_batching:
            raise ValueError("--batching_parameters_file is set without --enable_batching")
        if self.rest_api_enable_ssl and self.ssl_config_file is None:
            raise ValueError("--rest_api_enable_ssl needs the certificate of --ssl_config_file")
        self._check_ui()
        if self.tensorflow_session_parallelism and (
            self.tensorflow_intra_op_parallelism or self.tensorflow_inter_op_parallelism
        ):
            raise ValueError(
                "either --tensorflow_session_parallelism or --tensorflow_intra_op_parallelism and "
                "--tensorflow_inter_op_parallelism, not both"
            )
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if field.name.endswith("_file") and value is not None and not value.is_file():
                raise FileNotFoundError(f"--{field.name} {value} is not a file")
        if self.model_base_path is not None and self.model_config_file is None:
            self._check_base_path(self.model_base_path)

    def _check_ports(self) -> None:
        if not self.bind_address:  # which would be all interfaces
            raise ValueError("--bind_address is empty; 127.0.0.1 is this machine only")
        if self.port == 0 and self.rest_api_port == 0 and not self.grpc_socket_path:
            raise ValueError("--port and --rest_api_port are both 0: nothing would be served")
        if self.port and self.port == self.rest_api_port:
            raise ValueError(f"--port and --rest_api_port are both {self.port}: they must differ")
        if self.rest_api_port == 0 and self.monitoring_config_file is not None:
            raise ValueError(
                "--monitoring_config_file needs --rest_api_port, where metrics are read"
            )

    def _check_ui(self) -> None:
        if self.ui and self.rest_api_port == 0:
            raise ValueError("--ui needs --rest_api_port, where the page is served")
        if self.ui_media and not self.ui:
            raise ValueError("--ui_media is set without --ui, which shows the videos")
        for folder in self.ui_media:
            if not folder.is_dir():
                raise FileNotFoundError(f"--ui_media {folder} is not a folder")

    def _check_base_path(self, text: str) -> None:
        # Here: it imports TensorFlow, and help must come at once.
        from objects_that_sound.serving.model_server.remote_base_path import base_path_of

        if not self.model_name:
            raise ValueError("--model_name is empty")
        path = base_path_of(text)
        if not isinstance(path, pathlib.Path):  # what is there now is told by whoever follows it
            return
        if path.exists() and not path.is_dir():
            raise FileNotFoundError(
                f"--model_base_path {path} is not a folder. It must hold numbered folders, each a "
                f"SavedModel, such as {path / '1' / 'saved_model.pb'}"
            )
        if (path / "saved_model.pb").is_file():
            raise FileNotFoundError(
                f"--model_base_path {path} is itself a SavedModel. Give the folder above it, and "
                "name this one by its version's number, such as 1"
            )
