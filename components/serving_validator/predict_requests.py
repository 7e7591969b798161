"""The requests that a candidate must answer."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from objects_that_sound.components.serving_validator.predict_request import PredictRequest
from objects_that_sound.models.warmup_requests import WARMUP_FILE
from objects_that_sound.serving.client.model_client import Image

_INPUTS = {
    "score": ("image", "audio"),
    "embed_image": ("image",),
    "embed_audio": ("audio",),
    "localise": ("image", "audio"),
}


def recorded_requests(saved_model: str) -> list[PredictRequest]:
    """The Predict requests of a SavedModel's warm-up file; none where it has no such file."""
    path = os.path.join(saved_model, WARMUP_FILE)
    if not tf.io.gfile.exists(path):
        return []
    found = []
    for record in tf.data.TFRecordDataset(path).as_numpy_iterator():
        log = prediction_log_pb2.PredictionLog.FromString(record)
        if log.HasField("predict_log"):
            request = log.predict_log.request
            inputs = {name: _values(tf.make_ndarray(one)) for name, one in request.inputs.items()}
            found.append(PredictRequest(request.model_spec.signature_name, inputs))
    return found


def media_requests(image: Image, audio: bytes) -> Iterator[PredictRequest]:
    """A request of one to each signature for image, sound or both."""
    media: Mapping[str, Image] = {"image": image, "audio": audio}
    for signature, names in _INPUTS.items():
        yield PredictRequest(signature, {name: [media[name]] for name in names})


def score_request(image: Image, audio: bytes) -> PredictRequest:
    """Asks how well a sound fits an image."""
    return PredictRequest("score", {"image": [image], "audio": [audio]})


def _values(array: np.ndarray) -> np.ndarray | list:
    """Bytes as a list, which clients send as such."""
    return array.tolist() if array.dtype == object else array
