"""The requests that a model server replays when it has loaded the model."""

from __future__ import annotations

import os

import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from objects_that_sound.models.network_config import NetworkConfig

WARMUP_FILE = "assets.extra/tf_serving_warmup_requests"
"""In a SavedModel: TFRecords of PredictionLog, 1000 at most (TensorFlow Serving, "SavedModel Warmup")."""

_INPUTS = {
    "serving_default": ("image", "audio"),
    "score": ("image", "audio"),
    "embed_image": ("image",),
    "embed_audio": ("audio",),
    "localise": ("image", "audio"),
    "describe": ("query",),
}
"""Of the signatures that clients call."""


def write_warmup_requests(config: NetworkConfig, folder: str) -> None:
    """Writes a request for each signature that clients call, a batch of one, into a SavedModel.

    Image and sound are noise: a frame is a JPEG of the size that VideoExampleGen stores.

    Args:
        config: of the network that was exported.
        folder: the SavedModel.
    """
    path = os.path.join(folder, WARMUP_FILE)
    tf.io.gfile.makedirs(os.path.dirname(path))
    values = _values(config)
    with tf.io.TFRecordWriter(path) as writer:
        for signature, names in _INPUTS.items():
            log = prediction_log_pb2.PredictionLog()
            request = log.predict_log.request
            request.model_spec.signature_name = signature
            for name in names:
                request.inputs[name].CopyFrom(tf.make_tensor_proto(values[name]))
            writer.write(log.SerializeToString(deterministic=True))


def _values(config: NetworkConfig) -> dict[str, list]:
    rng = np.random.default_rng(0)
    shape = [config.image_size, config.image_size * 4 // 3, 3]
    frames = [
        tf.io.encode_jpeg(rng.integers(0, 256, shape, np.uint8)).numpy()
        for _ in range(config.frames)
    ]
    sound = rng.integers(-10000, 10000, [config.sample_rate]).astype("<i2").tobytes()
    return {"image": frames if config.frames == 1 else [frames], "audio": [sound], "query": [b""]}
