"""What can be set on the model server."""

from __future__ import annotations

import dataclasses
import os
import pathlib

_THREADS = 4 * (os.cpu_count() or 1)


@dataclasses.dataclass(frozen=True)
class ModelServerOptions:
    """The options, by tensorflow_model_server's names and with its defaults where it has them.

    Attributes:
        model_base_path: folder of numbered folders, each a SavedModel; not needed with
            `model_config_file`.
        model_name: the name that requests use.
        model_config_file: a ModelServerConfig as text; replaces `model_base_path`, `model_name`.
        model_config_file_poll_wait_seconds: between two looks at it; 0 for only at the start.
        allow_version_labels_for_unavailable_models: a label may name a version not yet served.
        port: for gRPC; 0 for none, None for any free one.
        grpc_socket_path: a UNIX socket for gRPC; None for none.
        grpc_max_threads: gRPC requests answered at the same time.
        grpc_channel_arguments: of the gRPC server, such as {"grpc.max_connection_age_ms": 2000}.
        enable_grpc_healthcheck_service: answer grpc.health.v1 (here on by default).
        enable_serialization_as_tensor_content: outputs as bytes, not as lists of numbers.
        ssl_config_file: an SSLConfig as text: TLS for gRPC.
        rest_api_port: for REST; 0 for none, None for any free one.
        rest_api_num_threads: REST requests answered at the same time.
        rest_api_timeout_in_ms: how long a REST prediction may take.
        rest_api_enable_cors_support: let pages from other servers call REST.
        rest_api_enable_ssl: ours: REST with the certificate of `ssl_config_file`, too.
        monitoring_config_file: a MonitoringConfig as text: metrics for Prometheus.
        enable_batching: put requests together.
        batching_parameters_file: BatchingParameters as text.
        file_system_poll_wait_seconds: between two looks for new versions; 0 for only at the start.
        num_load_threads: models looked after at the same time; 0 for one after the other.
        max_num_load_retries: how often a version that cannot be loaded is tried again.
        load_retry_interval_micros: between two such tries.
        enable_model_warmup: replay `assets.extra/tf_serving_warmup_requests` after loading.
        num_request_iterations_for_warmup: how often each request in it; 0 for once.
        saved_model_tags: of the graph to load.
        enable_signature_method_name_check: Classify and Regress only where a signature is declared
            as such, which those made by TensorFlow 2 are not.
        tensorflow_session_parallelism: threads of TensorFlow; 0 for as many as it likes.
        tensorflow_intra_op_parallelism: threads for one op.
        tensorflow_inter_op_parallelism: ops at the same time.
        tensorflow_session_config_file: a ConfigProto as text.
        per_process_gpu_memory_fraction: 0 for as TensorFlow likes.
        max_request_bytes: ours: a larger gRPC message or REST body is refused.
        max_image_pixels: ours: an image whose header states more is refused; 0 for any size.
        api_token_file: ours: a file with a token that every request must carry.
        bind_address: ours: the address to listen on.
        ui: ours: serve the page below `/ui/` on REST's port.
        ui_media: ours: folders whose videos the page may play.
        grace_seconds: how long requests in flight may go on when the server stops.
    """

    model_base_path: pathlib.Path | None = None
    model_name: str = "default"
    model_config_file: pathlib.Path | None = None
    model_config_file_poll_wait_seconds: float = 0.0
    allow_version_labels_for_unavailable_models: bool = False
    port: int | None = 8500
    grpc_socket_path: str | None = None
    grpc_max_threads: int = _THREADS
    grpc_channel_arguments: dict[str, int | str] = dataclasses.field(default_factory=dict)
    enable_grpc_healthcheck_service: bool = True
    enable_serialization_as_tensor_content: bool = False
    ssl_config_file: pathlib.Path | None = None
    rest_api_port: int | None = 0
    rest_api_num_threads: int = _THREADS
    rest_api_timeout_in_ms: int = 30_000
    rest_api_enable_cors_support: bool = False
    rest_api_enable_ssl: bool = False
    monitoring_config_file: pathlib.Path | None = None
    enable_batching: bool = False
    batching_parameters_file: pathlib.Path | None = None
    file_system_poll_wait_seconds: float = 1.0
    num_load_threads: int = 0
    max_num_load_retries: int = 5
    load_retry_interval_micros: int = 60_000_000
    enable_model_warmup: bool = True
    num_request_iterations_for_warmup: int = 0
    saved_model_tags: tuple[str, ...] = ("serve",)
    enable_signature_method_name_check: bool = False
    tensorflow_session_parallelism: int = 0
    tensorflow_intra_op_parallelism: int = 0
    tensorflow_inter_op_parallelism: int = 0
    tensorflow_session_config_file: pathlib.Path | None = None
    per_process_gpu_memory_fraction: float = 0.0
    max_request_bytes: int = 64 * 2**20
    max_image_pixels: int = 2**25
    api_token_file: pathlib.Path | None = None
    bind_address: str = "0.0.0.0"
    ui: bool = False
    ui_media: tuple[pathlib.Path, ...] = ()
    grace_seconds: float = 10.0

    def check(self) -> None:
        """Refuses what cannot work.

        Raises:
            ValueError: the options contradict themselves.
            FileNotFoundError: the base path or a file named is missing, or the base path is itself
                a SavedModel.
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

    def _check_base_path(self, path: pathlib.Path) -> None:
        if not self.model_name:
            raise ValueError("--model_name is empty")
        if not path.is_dir():
            raise FileNotFoundError(
                f"--model_base_path {path} is not a folder. It must hold numbered folders, each a "
                f"SavedModel, such as {path / '1' / 'saved_model.pb'}"
            )
        if (path / "saved_model.pb").is_file():
            raise FileNotFoundError(
                f"--model_base_path {path} is itself a SavedModel. Give the folder above it, and "
                "name this one by its version's number, such as 1"
            )
