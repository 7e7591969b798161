"""tensorflow.serving.PredictionService over gRPC."""

from __future__ import annotations

import grpc
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    inference_pb2,
    predict_pb2,
    prediction_service_pb2_grpc,
    regression_pb2,
)

from serving.model_server import tensor_proto
from serving.model_server.grpc_errors import unimplemented, with_status
from serving.model_server.model_registry import ModelRegistry
from serving.model_server.servable import DEFAULT_SIGNATURE
from serving.model_server.serving_error import ServingError

_USE_PREDICT = "use Predict with the signature's own inputs"


class PredictionService(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Predict and GetModelMetadata; Classify, Regress and MultiInference are UNIMPLEMENTED."""

    def __init__(self, registry: ModelRegistry):
        self._registry = registry

    @with_status
    def Predict(  # noqa: N802 - the service's own spelling
        self, request: predict_pb2.PredictRequest, context: grpc.ServicerContext
    ) -> predict_pb2.PredictResponse:
        """Runs a signature on the tensors of the request, within the call's deadline."""
        spec = _model_spec(request)
        with self._registry.acquire(spec) as servable:
            inputs = {
                name: tensor_proto.to_array(name, tensor) for name, tensor in request.inputs.items()
            }
            outputs = servable.predict(
                spec.signature_name, inputs, list(request.output_filter), context.time_remaining()
            )
            response = predict_pb2.PredictResponse()
            response.model_spec.name = spec.name
            response.model_spec.signature_name = spec.signature_name or DEFAULT_SIGNATURE
            response.model_spec.version.value = servable.version
        for name, array in outputs.items():
            response.outputs[name].CopyFrom(tensor_proto.from_array(array))
        return response

    @with_status
    def GetModelMetadata(  # noqa: N802
        self,
        request: get_model_metadata_pb2.GetModelMetadataRequest,
        context: grpc.ServicerContext,
    ) -> get_model_metadata_pb2.GetModelMetadataResponse:
        """The signatures of a model; the only metadata field there is, is `signature_def`."""
        spec = _model_spec(request)
        if not request.metadata_field:
            raise ServingError.invalid_argument(
                "GetModelMetadataRequest must specify at least one metadata_field"
            )
        for field in request.metadata_field:
            if field != "signature_def":
                raise ServingError.invalid_argument(f"Metadata field {field} is not supported")
        return self._registry.metadata(spec)

    @with_status
    def Classify(  # noqa: N802
        self, request: classification_pb2.ClassificationRequest, context: grpc.ServicerContext
    ) -> classification_pb2.ClassificationResponse:
        """Not implemented."""
        raise unimplemented("Classify", _USE_PREDICT)

    @with_status
    def Regress(  # noqa: N802
        self, request: regression_pb2.RegressionRequest, context: grpc.ServicerContext
    ) -> regression_pb2.RegressionResponse:
        """Not implemented."""
        raise unimplemented("Regress", _USE_PREDICT)

    @with_status
    def MultiInference(  # noqa: N802
        self, request: inference_pb2.MultiInferenceRequest, context: grpc.ServicerContext
    ) -> inference_pb2.MultiInferenceResponse:
        """Not implemented."""
        raise unimplemented("MultiInference", _USE_PREDICT)


def _model_spec(request):
    if not request.HasField("model_spec"):
        raise ServingError.invalid_argument("Missing ModelSpec")
    return request.model_spec
