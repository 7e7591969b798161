"""tensorflow.serving.PredictionService over gRPC."""

from __future__ import annotations

from typing import Any

import grpc
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    inference_pb2,
    model_pb2,
    predict_pb2,
    prediction_service_pb2_grpc,
    regression_pb2,
)

from objects_that_sound.serving.model_server import tensor_proto
from objects_that_sound.serving.model_server.grpc_deadline import seconds_left
from objects_that_sound.serving.model_server.grpc_errors import with_status
from objects_that_sound.serving.model_server.predictor import Predictor
from objects_that_sound.serving.model_server.serving_error import ServingError

_ENTRYPOINT = "GRPC"


class PredictionService(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Predict, GetModelMetadata, Classify, Regress, MultiInference; each keeps to its deadline."""

    def __init__(self, predictor: Predictor, as_tensor_content: bool = False):
        """Args: `as_tensor_content`: write outputs as bytes, not as lists of numbers."""
        self._predictor = predictor
        self._as_tensor_content = as_tensor_content

    @with_status
    def Predict(  # noqa: N802 - the service's own spelling
        self, request: predict_pb2.PredictRequest, context: grpc.ServicerContext
    ) -> predict_pb2.PredictResponse:
        """Runs a signature on the tensors of the request."""
        spec = _model_spec(request)
        response = predict_pb2.PredictResponse()
        with self._predictor.request(spec.name, "Predict", _ENTRYPOINT):
            with self._predictor.registry.acquire(spec) as servable:
                inputs = {
                    name: tensor_proto.to_array(name, t) for name, t in request.inputs.items()
                }
                outputs = self._predictor.predict(
                    servable, spec, inputs, list(request.output_filter), seconds_left(context)
                )
                self._predictor.fill_spec(response.model_spec, spec, servable)
            for name, array in outputs.items():
                proto = tensor_proto.from_array(array, self._as_tensor_content)
                response.outputs[name].CopyFrom(proto)
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
        return self._predictor.registry.metadata(spec)

    @with_status
    def Classify(  # noqa: N802
        self, request: classification_pb2.ClassificationRequest, context: grpc.ServicerContext
    ) -> classification_pb2.ClassificationResponse:
        """Classifies tf.Examples."""
        spec = _model_spec(request)
        with self._predictor.request(spec.name, "Classify", _ENTRYPOINT):
            return self._predictor.classify(spec, request.input, seconds_left(context))

    @with_status
    def Regress(  # noqa: N802
        self, request: regression_pb2.RegressionRequest, context: grpc.ServicerContext
    ) -> regression_pb2.RegressionResponse:
        """Gives a number for each tf.Example."""
        spec = _model_spec(request)
        with self._predictor.request(spec.name, "Regress", _ENTRYPOINT):
            return self._predictor.regress(spec, request.input, seconds_left(context))

    @with_status
    def MultiInference(  # noqa: N802
        self, request: inference_pb2.MultiInferenceRequest, context: grpc.ServicerContext
    ) -> inference_pb2.MultiInferenceResponse:
        """Classifies and regresses the same tf.Examples."""
        name = request.tasks[0].model_spec.name if request.tasks else ""
        with self._predictor.request(name, "MultiInference", _ENTRYPOINT):
            return self._predictor.multi_inference(request, seconds_left(context))


def _model_spec(request: Any) -> model_pb2.ModelSpec:
    if not request.HasField("model_spec"):
        raise ServingError.invalid_argument("Missing ModelSpec")
    return request.model_spec
