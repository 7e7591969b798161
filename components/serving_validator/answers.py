"""Asks a server, and keeps what is to be known of its answers."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterable
from typing import Any

import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2


@dataclasses.dataclass
class Answers:
    """What came of requests, in their order.

    Attributes:
        signatures: that were asked.
        seconds: that each request took.
        problems: what was wrong with answers, one text each.
    """

    signatures: list[str] = dataclasses.field(default_factory=list)
    seconds: list[float] = dataclasses.field(default_factory=list)
    problems: list[str] = dataclasses.field(default_factory=list)

    def ask(
        self, prediction: Any, requests: Iterable[predict_pb2.PredictRequest], timeout: float
    ) -> None:
        """Sends requests one after the other; ends early where the server went away.

        Args:
            prediction: stub of PredictionService.
            requests: of batches.
            timeout: seconds for each.
        """
        for request in requests:
            signature = request.model_spec.signature_name
            started = time.perf_counter()
            try:
                response = prediction.Predict(request, timeout=timeout)
            except grpc.RpcError as error:
                self._keep(signature, started)
                self.problems.append(f"{signature}: {error.code().name}: {error.details()}")
                if error.code() == grpc.StatusCode.UNAVAILABLE:
                    return
                continue
            self._keep(signature, started)
            self.problems += [f"{signature}, {text}" for text in _problems(request, response)]

    def percentile(self, percent: float) -> float:
        """Seconds that so many percent of the requests take at most (a request's, no mean)."""
        return float(np.percentile(self.seconds, percent, method="higher"))

    def _keep(self, signature: str, started: float) -> None:
        self.signatures.append(signature)
        self.seconds.append(time.perf_counter() - started)


def _problems(
    request: predict_pb2.PredictRequest, response: predict_pb2.PredictResponse
) -> list[str]:
    batch = next(iter(request.inputs.values())).tensor_shape.dim[0].size
    problems = []
    for name, tensor in sorted(response.outputs.items()):
        values = tf.make_ndarray(tensor)
        if values.shape[:1] != (batch,):
            problems.append(f"{name}: shape {list(values.shape)} for a batch of {batch}")
        elif np.issubdtype(values.dtype, np.floating) and not np.isfinite(values).all():
            problems.append(f"{name}: not finite")
    return problems or ([] if response.outputs else ["no outputs"])
