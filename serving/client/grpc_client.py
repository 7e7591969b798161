"""The client over gRPC; importing it imports TensorFlow, which the API's messages need."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import (
    get_model_status_pb2,
    model_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from objects_that_sound.serving.client.client_options import ONCE, ClientOptions
from objects_that_sound.serving.client.model_client import Image, ModelClient
from objects_that_sound.serving.client.model_server_error import ModelServerError
from objects_that_sound.serving.client.version_status import VersionStatus

_CONNECT_SECONDS = 1.0
_CHANNEL_OPTIONS = [
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
]


class GrpcClient(ModelClient):
    """Speaks PredictionService and ModelService; `server` is `host:port` of `--port`."""

    def __init__(
        self,
        server: str,
        model_name: str,
        timeout_seconds: float = 30.0,
        options: ClientOptions = ONCE,
    ):
        super().__init__(server, model_name, timeout_seconds)
        self._metadata = (
            [] if options.token is None else [("authorization", f"Bearer {options.token}")]
        )
        self._options = options
        self._channel = _channel(server, options)
        self._prediction = prediction_service_pb2_grpc.PredictionServiceStub(self._channel)
        self._model = model_service_pb2_grpc.ModelServiceStub(self._channel)

    def predict(
        self,
        signature_name: str,
        inputs: Mapping[str, Sequence[Image] | np.ndarray],
        outputs: Mapping[str, type[np.generic]],
    ) -> dict[str, np.ndarray]:
        """See `ModelClient.predict`."""
        request = predict_pb2.PredictRequest(output_filter=sorted(outputs))
        self._name_model(request.model_spec)
        request.model_spec.signature_name = signature_name
        for name, values in inputs.items():
            tensor = request.inputs[name]
            if isinstance(values, np.ndarray):
                tensor.CopyFrom(tf.make_tensor_proto(values))
                continue
            tensor.dtype = tf.string.as_datatype_enum
            tensor.tensor_shape.dim.add(size=len(values))
            rows = [value for value in values if not isinstance(value, bytes)]
            if rows:
                tensor.tensor_shape.dim.add(size=len(rows[0]))
            for value in values:
                tensor.string_val.extend([value] if isinstance(value, bytes) else value)
        response = self._call(self._prediction.Predict, request)
        found = {name: tf.make_ndarray(tensor) for name, tensor in response.outputs.items()}
        wanted = outputs or dict.fromkeys(found)
        return {name: np.asarray(found[name], dtype) for name, dtype in wanted.items()}

    def model_status(self) -> list[VersionStatus]:
        """See `ModelClient.model_status`."""
        request = get_model_status_pb2.GetModelStatusRequest()
        self._name_model(request.model_spec)
        response = self._call(self._model.GetModelStatus, request)
        states = get_model_status_pb2.ModelVersionStatus.State
        return [
            VersionStatus(
                entry.version,
                states.Name(entry.state),
                _code_name(entry.status.error_code),
                entry.status.error_message,
            )
            for entry in response.model_version_status
        ]

    def close(self) -> None:
        """See `ModelClient.close`."""
        self._channel.close()

    def _is_answer(self, error: grpc.RpcError) -> bool:
        """Whether UNAVAILABLE was the answer of a server: its queue is full, say.

        gRPC says the same where it can't connect. This project's server, and proxies, sign what
        they say. Of others, it is seen whether they are there now.
        """
        if any(key == "server" for key, _ in error.trailing_metadata() or ()):
            return True
        # A channel of its own: to close the other one at once, as callers may, would now be an
        # error in a thread of gRPC.
        ready = grpc.channel_ready_future(_channel(self.server, self._options))
        try:
            ready.result(min(_CONNECT_SECONDS, self.timeout_seconds))
        except grpc.FutureTimeoutError:
            return False
        finally:
            ready.cancel()
        return True

    def _name_model(self, spec: model_pb2.ModelSpec) -> None:
        spec.name = self.model_name
        if self._options.version is not None:
            spec.version.value = self._options.version
        if self._options.version_label is not None:
            spec.version_label = self._options.version_label

    def _call(self, method: Callable, request: Any) -> Any:
        try:
            return method(request, timeout=self.timeout_seconds, metadata=self._metadata)
        except grpc.RpcError as error:
            code = error.code()
            if code == grpc.StatusCode.UNAVAILABLE and not self._is_answer(error):
                # What is wrong with a certificate is told this way, too.
                if self._options.encrypted:
                    raise ConnectionError(
                        f"no model server at {self.server} over TLS: {error.details()}"
                    ) from error
                raise self._no_server("port", error.details()) from error
            if code == grpc.StatusCode.DEADLINE_EXCEEDED:
                raise self._timed_out() from error
            raise ModelServerError(code.name, error.details()) from error


def _channel(server: str, options: ClientOptions) -> grpc.Channel:
    """A channel whose calls are tried again by gRPC itself."""
    policy = {
        "maxAttempts": options.retries + 1,
        "initialBackoff": "0.2s",
        "maxBackoff": "2s",
        "backoffMultiplier": 2,
        "retryableStatusCodes": ["UNAVAILABLE"],
    }
    config: list[tuple[str, Any]] = [*_CHANNEL_OPTIONS]
    if options.retries:
        service = {"methodConfig": [{"name": [{}], "retryPolicy": policy}]}
        config += [
            ("grpc.service_config", json.dumps(service)),
            ("grpc.initial_reconnect_backoff_ms", 200),
            # A request that is larger would not be tried again.
            ("grpc.per_rpc_retry_buffer_size", 64 * 2**20),
        ]
    if not options.encrypted:
        return grpc.insecure_channel(server, options=config)
    authorities = None if options.ca_file is None else options.ca_file.read_bytes()
    return grpc.secure_channel(server, grpc.ssl_channel_credentials(authorities), options=config)


def _code_name(number: int) -> str:
    return next((code.name for code in grpc.StatusCode if code.value[0] == number), "UNKNOWN")
