"""The model server: models, the gRPC server and the REST server, put together."""

from __future__ import annotations

import concurrent.futures
import os
import socket
import threading
from collections.abc import Callable

import grpc
from grpc_health.v1 import health_pb2_grpc
from tensorflow_serving.apis import model_service_pb2_grpc, prediction_service_pb2_grpc

from objects_that_sound.serving.model_server import text_proto
from objects_that_sound.serving.model_server.api_token import ApiToken
from objects_that_sound.serving.model_server.batch_scheduler import BatchScheduler
from objects_that_sound.serving.model_server.batching_parameters import BatchingParameters
from objects_that_sound.serving.model_server.health import Health
from objects_that_sound.serving.model_server.host_check import HostCheck
from objects_that_sound.serving.model_server.loopback import is_loopback
from objects_that_sound.serving.model_server.message_reader import MessageReader
from objects_that_sound.serving.model_server.metrics import Metrics
from objects_that_sound.serving.model_server.model_config import ModelConfig
from objects_that_sound.serving.model_server.model_config_file import ModelConfigFile
from objects_that_sound.serving.model_server.model_registry import ModelRegistry
from objects_that_sound.serving.model_server.model_server_options import ModelServerOptions
from objects_that_sound.serving.model_server.model_service import ModelService
from objects_that_sound.serving.model_server.prediction_service import PredictionService
from objects_that_sound.serving.model_server.predictor import Predictor
from objects_that_sound.serving.model_server.remote_base_path import base_path_of
from objects_that_sound.serving.model_server.rest_app import RestApp
from objects_that_sound.serving.model_server.rest_server import RestServer
from objects_that_sound.serving.model_server.servable_loader import ServableLoader
from objects_that_sound.serving.model_server.serving_error import ServingError
from objects_that_sound.serving.model_server.tls import Tls
from objects_that_sound.serving.model_server.ui_app import UiApp
from objects_that_sound.serving.model_server.version_manager import VersionManager

_METRICS_PATH = "/monitoring/prometheus/metrics"
_LAST_WORDS_SECONDS = 1.0
"""For telling clients that their requests are ended."""


class ModelServer:
    """Serves SavedModels until stopped.

    Use as a context manager, or call `start` and `stop`.

    Attributes:
        options: as given.
        port: gRPC's port once started; 0 where gRPC is off.
        rest_api_port: REST's port once started; 0 where REST is off.
        registry: the models.
    """

    def __init__(
        self, options: ModelServerOptions, example_video: Callable[[], bytes] | None = None
    ):
        """Prepares the server; nothing is loaded and no port is taken yet.

        Args:
            options: what to serve, and how.
            example_video: makes the mp4 that the page offers to try; see `UiApp`.

        Raises:
            ValueError: the options contradict themselves, or a file they name is not what it
                should be.
            FileNotFoundError: such a file is not there, or the base path is no folder of versions.
        """
        options.check()
        self.options = options
        self._example_video = example_video
        self.port = 0
        self.rest_api_port = 0
        self._tls = Tls(options.ssl_config_file) if options.ssl_config_file else None
        self._token = ApiToken.from_file(options.api_token_file) if options.api_token_file else None
        self._metrics_path = _read_metrics_path(options)
        self._config_file, self._configs = _read_configs(options)
        self._metrics = Metrics()
        self._health = Health()
        parameters = _read_batching_parameters(options)
        self._batch_scheduler = BatchScheduler(parameters, self._metrics) if parameters else None
        self._load = ServableLoader(options, self._metrics, self._batch_scheduler)
        self.registry = ModelRegistry(
            self._make_manager,
            options.file_system_poll_wait_seconds,
            options.num_load_threads,
            options.allow_version_labels_for_unavailable_models,
            self._health.update,
        )
        self._predictor = Predictor(
            self.registry, self._metrics, options.enable_signature_method_name_check
        )
        self._grpc_server: grpc.Server | None = None
        self._rest_socket: socket.socket | None = None
        self._rest_app: RestApp | None = None
        self._rest_server: RestServer | None = None

    def start(self) -> None:
        """Takes the ports, loads the models that there are, and answers requests.

        Raises:
            OSError: a port is taken.
            ValueError: the models cannot be served as they are configured.
        """
        options = self.options
        try:
            # Ports first: a taken one is told at once, not after a long load.
            if options.rest_api_port != 0:
                self._rest_socket = RestServer.listen(
                    options.bind_address, options.rest_api_port or 0
                )
            if options.port != 0 or options.grpc_socket_path:
                self._prepare_grpc()
            try:
                self.registry.start(self._configs)
            except ServingError as error:
                raise ValueError(str(error)) from error
            if self._config_file and options.model_config_file_poll_wait_seconds:
                self._config_file.follow(self.registry, options.model_config_file_poll_wait_seconds)
            if self._grpc_server is not None:
                self._grpc_server.start()
            if self._rest_socket is not None:
                self._start_rest(self._rest_socket)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Takes no new requests, lets those in flight end, unloads.

        What still runs after `grace_seconds` is ended: UNAVAILABLE over gRPC, 503 over REST.
        """
        grace = self.options.grace_seconds
        self._health.stop()
        end = threading.Timer(grace, self.registry.abort)
        end.daemon = True
        end.start()
        grpc_stopped = None
        if self._grpc_server is not None:
            grpc_stopped = self._grpc_server.stop(grace + _LAST_WORDS_SECONDS)
        if self._rest_server is not None:
            self._rest_server.stop()
        if self._rest_app is not None:
            self._rest_app.close()
        if grpc_stopped is not None:
            grpc_stopped.wait()
        end.cancel()
        if self._rest_socket is not None:
            self._rest_socket.close()
        if self._config_file is not None:
            self._config_file.close()
        self.registry.close()
        if self._batch_scheduler is not None:
            self._batch_scheduler.close()
        self._grpc_server = self._rest_socket = self._rest_app = self._rest_server = None

    def __enter__(self) -> ModelServer:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def _make_manager(self, config: ModelConfig) -> VersionManager:
        return VersionManager(
            config.name,
            config.base_path,
            config.policy,
            self._load,
            self.options.max_num_load_retries,
            self.options.load_retry_interval_micros / 1e6,
        )

    def _prepare_grpc(self) -> None:
        options = self.options
        arguments: dict[str, int | str] = {
            "grpc.max_receive_message_length": options.max_request_bytes,
            "grpc.max_send_message_length": -1,
            # Otherwise a second server could share the port and take half the requests.
            "grpc.so_reuseport": 0,
        }
        server = grpc.server(
            concurrent.futures.ThreadPoolExecutor(options.grpc_max_threads, "grpc"),
            interceptors=[*([self._token] if self._token else []), MessageReader()],
            options=list((arguments | options.grpc_channel_arguments).items()),
        )
        prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
            PredictionService(self._predictor, options.enable_serialization_as_tensor_content),
            server,
        )
        model_service_pb2_grpc.add_ModelServiceServicer_to_server(
            ModelService(self.registry), server
        )
        if options.enable_grpc_healthcheck_service:
            health_pb2_grpc.add_HealthServicer_to_server(self._health.servicer, server)
        if options.port != 0:
            host = options.bind_address
            host = f"[{host}]" if ":" in host else host
            address = f"{host}:{options.port or 0}"
            self.port = self._listen(server, address, "choose another with --port")
        if options.grpc_socket_path:
            path = os.path.abspath(options.grpc_socket_path)
            self._listen(server, f"unix:{path}", "choose another with --grpc_socket_path")
        self._grpc_server = server

    def _listen(self, server: grpc.Server, address: str, advice: str) -> int:
        try:
            if self._tls is not None:
                port = server.add_secure_port(address, self._tls.credentials())
            else:
                port = server.add_insecure_port(address)
        except RuntimeError:
            port = 0
        if port == 0:
            raise OSError(
                f"cannot listen on {address} for gRPC: the port is taken or not allowed; stop what "
                f"listens there or {advice}"
            )
        return port

    def _start_rest(self, listening: socket.socket) -> None:
        options = self.options
        ui = None
        if options.ui:
            ui = UiApp(self.registry, options.ui_media, self._token, self._example_video)
        self._rest_app = RestApp(
            self._predictor,
            self._health,
            num_threads=options.rest_api_num_threads,
            timeout_seconds=options.rest_api_timeout_in_ms / 1000,
            max_request_bytes=options.max_request_bytes,
            metrics_path=self._metrics_path,
            token=self._token,
            cors=options.rest_api_enable_cors_support,
            ui=ui,
        )
        context = self._tls.context() if self._tls and options.rest_api_enable_ssl else None
        grace_seconds = options.grace_seconds + _LAST_WORDS_SECONDS
        # Who must have a token is nobody's unwitting messenger.
        is_open = self._token is not None or not is_loopback(options.bind_address)
        app = self._rest_app if is_open else HostCheck(self._rest_app)
        self._rest_server = RestServer(app, listening, grace_seconds, context)
        self._rest_server.start()
        self.rest_api_port = self._rest_server.port


def _read_configs(
    options: ModelServerOptions,
) -> tuple[ModelConfigFile | None, dict[str, ModelConfig]]:
    if options.model_config_file is None:
        assert options.model_base_path is not None  # as options.check() saw
        config = ModelConfig(options.model_name, base_path_of(options.model_base_path))
        return None, {config.name: config}
    file = ModelConfigFile(options.model_config_file)
    try:
        return file, file.read()
    except ServingError as error:
        raise ValueError(f"--model_config_file {options.model_config_file}: {error}") from error


def _read_batching_parameters(options: ModelServerOptions) -> BatchingParameters | None:
    if not options.enable_batching:
        return None
    if options.batching_parameters_file is None:
        return BatchingParameters()
    return BatchingParameters.from_file(options.batching_parameters_file)


def _read_metrics_path(options: ModelServerOptions) -> str | None:
    """Where the metrics are to be found; None where they are not wanted."""
    if options.monitoring_config_file is None:
        return None
    proto = text_proto.message_class("MonitoringConfig")()
    text_proto.parse(options.monitoring_config_file, "monitoring_config_file", proto)
    prometheus = proto.prometheus_config  # type: ignore[attr-defined]
    if not prometheus.enable:
        return None
    return prometheus.path or _METRICS_PATH
