"""The requests that a model server replays when it has loaded an index."""

from __future__ import annotations

import os

import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

_FILE = "assets.extra/tf_serving_warmup_requests"  # TensorFlow Serving, "SavedModel Warmup"
_K = 10


def write_warmup_requests(folder: str, image: bytes | list[bytes], sound: bytes) -> None:
    """Writes a search by an image and one by a sound into an index's SavedModel.

    Without them, the first request after a swap would wait for the vectors to be read in full.

    Args:
        folder: of the SavedModel.
        image: a frame's file, or those of all frames where the model looks at several.
        sound: PCM as the model takes it.
    """
    path = os.path.join(folder, _FILE)
    tf.io.gfile.makedirs(os.path.dirname(path))
    with tf.io.TFRecordWriter(path) as writer:
        for name, value in (("image", image), ("audio", sound)):
            log = prediction_log_pb2.PredictionLog()
            request = log.predict_log.request
            request.model_spec.signature_name = f"search_by_{name}"
            request.inputs[name].CopyFrom(tf.make_tensor_proto([value]))
            request.inputs["k"].CopyFrom(tf.make_tensor_proto([_K], np.int32))
            writer.write(log.SerializeToString(deterministic=True))
