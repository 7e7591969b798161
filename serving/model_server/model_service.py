"""tensorflow.serving.ModelService over gRPC."""

from __future__ import annotations

import logging

import grpc
from tensorflow_serving.apis import (
    get_model_status_pb2,
    model_management_pb2,
    model_service_pb2_grpc,
)

from objects_that_sound.serving.model_server.grpc_deadline import seconds_left
from objects_that_sound.serving.model_server.grpc_errors import with_status
from objects_that_sound.serving.model_server.model_config import parse_model_configs
from objects_that_sound.serving.model_server.model_registry import ModelRegistry
from objects_that_sound.serving.model_server.serving_error import ServingError

_LOG = logging.getLogger(__name__)


class ModelService(model_service_pb2_grpc.ModelServiceServicer):
    """GetModelStatus and HandleReloadConfigRequest."""

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
        """Serves the models of the request instead; answers when they are loaded."""
        if request.config.WhichOneof("config") != "model_config_list":
            raise ServingError.invalid_argument(
                "ServerModelConfig type not supported by HandleReloadConfigRequest. Only "
                "ModelConfigList is currently supported"
            )
        try:
            configs = parse_model_configs(request.config)
            self._registry.reload(configs, seconds_left(context))
        except ServingError as error:
            _LOG.error("HandleReloadConfigRequest failed: %s", error.message)
            raise
        return model_management_pb2.ReloadConfigResponse(status={"error_code": 0})
