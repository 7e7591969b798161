"""tensorflow.serving.ModelService over gRPC."""

from __future__ import annotations

import grpc
from tensorflow_serving.apis import (
    get_model_status_pb2,
    model_management_pb2,
    model_service_pb2_grpc,
)

from serving.model_server.grpc_errors import unimplemented, with_status
from serving.model_server.model_registry import ModelRegistry
from serving.model_server.serving_error import ServingError


class ModelService(model_service_pb2_grpc.ModelServiceServicer):
    """GetModelStatus; HandleReloadConfigRequest is UNIMPLEMENTED."""

    def __init__(self, registry: ModelRegistry):
        self._registry = registry

    @with_status
    def GetModelStatus(  # noqa: N802 - the service's own spelling
        self, request: get_model_status_pb2.GetModelStatusRequest, context: grpc.ServicerContext
    ) -> get_model_status_pb2.GetModelStatusResponse:
        """The state of a model's versions."""
        if not request.HasField("model_spec"):
            raise ServingError.invalid_argument("Missing ModelSpec")
        return self._registry.status(request.model_spec)

    @with_status
    def HandleReloadConfigRequest(  # noqa: N802
        self, request: model_management_pb2.ReloadConfigRequest, context: grpc.ServicerContext
    ) -> model_management_pb2.ReloadConfigResponse:
        """Not implemented."""
        raise unimplemented(
            "HandleReloadConfigRequest",
            "new versions under the model's base path are picked up by themselves; for another "
            "model start the server again",
        )
