"""The model server: version managers, the gRPC server and the REST server, put together."""

from __future__ import annotations

import concurrent.futures
import logging
import socket

import grpc
from tensorflow_serving.apis import model_service_pb2_grpc, prediction_service_pb2_grpc

from serving.model_server.model_registry import ModelRegistry
from serving.model_server.model_server_options import ModelServerOptions
from serving.model_server.model_service import ModelService
from serving.model_server.prediction_service import PredictionService
from serving.model_server.rest_app import RestApp
from serving.model_server.rest_server import RestServer
from serving.model_server.version_manager import VersionManager

_LOG = logging.getLogger(__name__)


class ModelServer:
    """Serves the SavedModels below a base path until stopped.

    Use as a context manager, or call `start` and `stop`.

    Attributes:
        options: as given.
        port: gRPC's port once started; 0 where gRPC is off.
        rest_api_port: REST's port once started; 0 where REST is off.
    """

    def __init__(self, options: ModelServerOptions):
        """Prepares the server; nothing is loaded and no port is taken yet.

        Raises:
            ValueError: the options contradict themselves.
            FileNotFoundError: the base path is not there.
        """
        options.check()
        self.options = options
        self.port = 0
        self.rest_api_port = 0
        manager = VersionManager(options.model_name, options.model_base_path)
        self._registry = ModelRegistry([manager], options.file_system_poll_wait_seconds)
        self._grpc_server: grpc.Server | None = None
        self._rest_socket: socket.socket | None = None
        self._rest_app: RestApp | None = None
        self._rest_server: RestServer | None = None

    def start(self) -> None:
        """Takes the ports, loads the latest version if there is one, and answers requests.

        Raises:
            OSError: a port is taken.
        """
        options = self.options
        try:
            # Ports first: a taken one is told at once, not after a long load.
            if options.rest_api_port != 0:
                self._rest_socket = _listen(options.bind_address, options.rest_api_port or 0)
            if options.port != 0:
                self._prepare_grpc()
            self._registry.start()
            if self._grpc_server is not None:
                self._grpc_server.start()
            if self._rest_socket is not None:
                self._start_rest(self._rest_socket)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Takes no new requests, lets those in flight end (`grace_seconds` at most), unloads."""
        grpc_stopped = None
        if self._grpc_server is not None:
            grpc_stopped = self._grpc_server.stop(self.options.grace_seconds)
        if self._rest_server is not None:
            self._rest_server.stop()
        if self._rest_app is not None:
            self._rest_app.close()
        if grpc_stopped is not None:
            grpc_stopped.wait()
        if self._rest_socket is not None:
            self._rest_socket.close()
        self._registry.close()
        self._grpc_server = self._rest_socket = self._rest_app = self._rest_server = None

    def __enter__(self) -> ModelServer:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def _prepare_grpc(self) -> None:
        options = self.options
        server = grpc.server(
            concurrent.futures.ThreadPoolExecutor(options.grpc_max_threads, "grpc"),
            options=[
                ("grpc.max_receive_message_length", options.max_request_bytes),
                ("grpc.max_send_message_length", -1),
                # Otherwise a second server could share the port and take half the requests.
                ("grpc.so_reuseport", 0),
            ],
        )
        prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
            PredictionService(self._registry), server
        )
        model_service_pb2_grpc.add_ModelServiceServicer_to_server(
            ModelService(self._registry), server
        )
        address = f"{options.bind_address}:{options.port or 0}"
        try:
            self.port = server.add_insecure_port(address)
        except RuntimeError:
            self.port = 0  # as older versions of grpc say it
        if self.port == 0:
            raise OSError(
                f"cannot listen on {address} for gRPC: the port is taken or not allowed; stop what "
                "listens there or choose another with --port"
            )
        self._grpc_server = server

    def _start_rest(self, listening: socket.socket) -> None:
        options = self.options
        self._rest_app = RestApp(
            self._registry,
            num_threads=options.rest_api_num_threads,
            timeout_seconds=options.rest_api_timeout_in_ms / 1000,
            max_request_bytes=options.max_request_bytes,
        )
        self._rest_server = RestServer(self._rest_app, listening, options.grace_seconds)
        self._rest_server.start()
        self.rest_api_port = self._rest_server.port


def _listen(address: str, port: int) -> socket.socket:
    try:
        return socket.create_server((address, port), backlog=2048)
    except OSError as error:
        raise OSError(
            f"cannot listen on {address}:{port} for REST: {error.strerror}; stop what listens "
            "there or choose another port with --rest_api_port"
        ) from error
