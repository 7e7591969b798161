"""The requests that a candidate must answer."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_log_pb2

from objects_that_sound.components.evaluation.example_fields import image_input
from objects_that_sound.components.serving_validator.candidate_server import MODEL_NAME
from objects_that_sound.models import examples as contract
from objects_that_sound.models.warmup_requests import WARMUP_FILE

_INPUTS = {
    "score": ("image", "audio"),
    "embed_image": ("image",),
    "embed_audio": ("audio",),
    "localise": ("image", "audio"),
}


def recorded_requests(saved_model: str) -> list[predict_pb2.PredictRequest]:
    """The Predict requests of a SavedModel's warm-up file; none where it has no such file."""
    path = os.path.join(saved_model, WARMUP_FILE)
    if not tf.io.gfile.exists(path):
        return []
    found = []
    for record in tf.data.TFRecordDataset(path).as_numpy_iterator():
        log = prediction_log_pb2.PredictionLog.FromString(record)
        if log.HasField("predict_log"):
            request = log.predict_log.request
            request.model_spec.name = MODEL_NAME
            found.append(request)
    return found


def example_requests(
    examples: Iterable[dict[str, list]], frames: int
) -> Iterator[predict_pb2.PredictRequest]:
    """Requests of one to each signature for image, sound or both, from each example.

    Args:
        examples: as `models.examples.read_example` gives them.
        frames: that the model looks at.

    Raises:
        ValueError: an example has not so many frames.
    """
    for example in examples:
        media = {"image": image_input(example, frames), "audio": example[contract.AUDIO][0]}
        for signature, names in _INPUTS.items():
            yield predict_request(signature, {name: [media[name]] for name in names})


def predict_request(
    signature: str, inputs: dict[str, Sequence[bytes | Sequence[bytes]]]
) -> predict_pb2.PredictRequest:
    """A request to the candidate: by input, bytes [n] or [n, frames]."""
    request = predict_pb2.PredictRequest()
    request.model_spec.name = MODEL_NAME
    request.model_spec.signature_name = signature
    for name, values in inputs.items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(list(values), tf.string))
    return request
