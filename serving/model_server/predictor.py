"""Runs requests on the registry's models and counts them; what gRPC and REST share."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence

import grpc
import numpy as np
from tensorflow_serving.apis import (
    classification_pb2,
    inference_pb2,
    input_pb2,
    model_pb2,
    regression_pb2,
)

from objects_that_sound.serving.model_server import examples
from objects_that_sound.serving.model_server.metrics import Metrics
from objects_that_sound.serving.model_server.model_registry import ModelRegistry
from objects_that_sound.serving.model_server.servable import DEFAULT_SIGNATURE, Servable
from objects_that_sound.serving.model_server.serving_error import ServingError


class Predictor:
    """Predict, Classify, Regress and MultiInference, apart from how requests come in.

    Attributes:
        registry: the models.
        metrics: where requests are counted.
    """

    def __init__(
        self, registry: ModelRegistry, metrics: Metrics, check_signature_method: bool = False
    ):
        """Args: `check_signature_method`: see --enable_signature_method_name_check."""
        self.registry = registry
        self.metrics = metrics
        self._check_signature_method = check_signature_method

    def request(self, model: str, api: str, entrypoint: str) -> contextlib.AbstractContextManager:
        """Counts a request, by its model, API and way in, and the time that it takes."""
        # Names that nobody serves are one: else they could fill the memory.
        known = model if self.registry.knows(model) else ""
        return self.metrics.request(known, api, entrypoint)

    def predict(
        self,
        servable: Servable,
        spec: model_pb2.ModelSpec,
        inputs: Mapping[str, np.ndarray],
        output_filter: Sequence[str] = (),
        timeout_seconds: float | None = None,
    ) -> dict[str, np.ndarray]:
        """Runs a signature: see `Servable.predict`."""
        if self._check_signature_method:
            method = servable.signature(spec.signature_name).method_name
            known = (examples.PREDICT, examples.CLASSIFY, examples.REGRESS)
            if method not in known:
                raise ServingError(
                    grpc.StatusCode.INTERNAL,  # TensorFlow Serving's choice
                    "Expected prediction signature method_name to be one of "
                    f"{{{', '.join(known)}}}. Was: {method}",
                )
        with self._runtime(spec.name, "Predict"):
            return servable.predict(spec.signature_name, inputs, output_filter, timeout_seconds)

    def classify(
        self, spec: model_pb2.ModelSpec, listed: input_pb2.Input, timeout_seconds: float | None
    ) -> classification_pb2.ClassificationResponse:
        """Classifies tf.Examples: see `examples.classify`."""
        response = classification_pb2.ClassificationResponse()
        with self.registry.acquire(spec) as servable:
            result = self._run(servable, examples.CLASSIFY, spec, listed, timeout_seconds)
            response.result.CopyFrom(result)
            self.fill_spec(response.model_spec, spec, servable)
        return response

    def regress(
        self, spec: model_pb2.ModelSpec, listed: input_pb2.Input, timeout_seconds: float | None
    ) -> regression_pb2.RegressionResponse:
        """Gives numbers for tf.Examples: see `examples.regress`."""
        response = regression_pb2.RegressionResponse()
        with self.registry.acquire(spec) as servable:
            result = self._run(servable, examples.REGRESS, spec, listed, timeout_seconds)
            response.result.CopyFrom(result)
            self.fill_spec(response.model_spec, spec, servable)
        return response

    def multi_inference(
        self, request: inference_pb2.MultiInferenceRequest, timeout_seconds: float | None
    ) -> inference_pb2.MultiInferenceResponse:
        """Classifies and regresses the same tf.Examples by several signatures of one model.

        Raises:
            ServingError: INVALID_ARGUMENT, tasks that do not go together; as `classify`.
        """
        tasks = request.tasks
        if not tasks:
            raise ServingError.invalid_argument("Inference request must have at least one task")
        if any(task.model_spec.name != tasks[0].model_spec.name for task in tasks):
            raise ServingError.invalid_argument(
                "All ModelSpecs in a MultiInferenceRequest must access the same model name."
            )
        names = [task.model_spec.signature_name or DEFAULT_SIGNATURE for task in tasks]
        for position, name in enumerate(names):
            if name in names[:position]:
                raise ServingError.invalid_argument(f"Duplicate evaluation of signature: {name}")
        response = inference_pb2.MultiInferenceResponse()
        with self.registry.acquire(tasks[0].model_spec) as servable:
            for name in names:
                if name not in servable.signatures:
                    raise ServingError.invalid_argument(
                        f"Requested signature not found in model graph: {name}"
                    )
            for task in tasks:
                result = self._run(
                    servable, task.method_name, task.model_spec, request.input, timeout_seconds
                )
                made = response.results.add()
                self.fill_spec(made.model_spec, task.model_spec, servable)
                if isinstance(result, classification_pb2.ClassificationResult):
                    made.classification_result.CopyFrom(result)
                else:
                    made.regression_result.CopyFrom(result)
        return response

    def fill_spec(
        self, made: model_pb2.ModelSpec, asked: model_pb2.ModelSpec, servable: Servable
    ) -> None:
        """States in a response what has answered."""
        made.name = asked.name
        made.signature_name = asked.signature_name or DEFAULT_SIGNATURE
        made.version.value = servable.version

    def _run(
        self,
        servable: Servable,
        method_name: str,
        spec: model_pb2.ModelSpec,
        listed: input_pb2.Input,
        timeout_seconds: float | None,
    ) -> classification_pb2.ClassificationResult | regression_pb2.RegressionResult:
        run = examples.method(method_name)
        api = "Classify" if method_name == examples.CLASSIFY else "Regress"
        count = examples.count(listed)
        self.metrics.request_example_counts.labels(spec.name).observe(count)
        self.metrics.request_example_count_total.labels(spec.name).inc(count)
        with self._runtime(spec.name, api):
            return run(
                servable,
                spec.signature_name,
                listed,
                timeout_seconds,
                check_method=self._check_signature_method,
            )

    @contextlib.contextmanager
    def _runtime(self, model: str, api: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        microseconds = (time.perf_counter() - start) * 1e6
        self.metrics.runtime_latency.labels(model, api, "TF1").observe(microseconds)
