"""Replays a model's recorded requests when it is loaded, so that the first real one is quick."""

from __future__ import annotations

import logging
import pathlib
import time
from collections.abc import Callable

import tensorflow as tf
from google.protobuf import message
from tensorflow_serving.apis import prediction_log_pb2

from objects_that_sound.serving.model_server import examples, tensor_proto
from objects_that_sound.serving.model_server.servable import Servable
from objects_that_sound.serving.model_server.serving_error import ServingError

_LOG = logging.getLogger(__name__)
_FILE = pathlib.Path("assets.extra") / "tf_serving_warmup_requests"
_MAX_RECORDS = 1000


def warm_up(servable: Servable, folder: pathlib.Path, iterations: int = 1) -> int:
    """Runs the requests of `assets.extra/tf_serving_warmup_requests`, if there is such a file.

    Args:
        servable: the loaded model.
        folder: its SavedModel.
        iterations: how often each request is run.

    Returns:
        The number of requests in the file.

    Raises:
        ServingError: the file is not a TFRecord file of PredictionLog messages, has more than 1000,
            or the model refuses one: such a model is not to be served.
    """
    path = folder / _FILE
    if not path.is_file():
        return 0
    start, count = time.monotonic(), 0
    try:
        for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
            count += 1
            if count > _MAX_RECORDS:
                raise ServingError.invalid_argument(
                    f"Number of warmup records exceeds the maximum ({_MAX_RECORDS}) at {path}"
                )
            log = prediction_log_pb2.PredictionLog.FromString(record)
            for _ in range(max(1, iterations)):
                _run(servable, log)
    except message.DecodeError as error:
        raise ServingError.invalid_argument(
            f"Failed to parse warmup record {count} from {path}"
        ) from error
    except tf.errors.OpError as error:
        raise ServingError.from_number(
            error.error_code,
            f"{error.message}. Please verify your warmup data is in TFRecord format: {path}",
        ) from error
    _LOG.info("warmed up with %d requests of %s in %.2f s", count, path, time.monotonic() - start)
    return count


def _run(servable: Servable, log: prediction_log_pb2.PredictionLog) -> None:
    kind = log.WhichOneof("log_type")
    if kind == "predict_log":
        request = log.predict_log.request
        inputs = {name: tensor_proto.to_array(name, t) for name, t in request.inputs.items()}
        servable.predict(request.model_spec.signature_name, inputs, list(request.output_filter))
        return
    run: Callable
    if kind == "classify_log":
        request, run = log.classify_log.request, examples.classify
    elif kind == "regress_log":
        request, run = log.regress_log.request, examples.regress
    elif kind == "multi_inference_log":
        for task in log.multi_inference_log.request.tasks:
            run = examples.method(task.method_name)
            run(servable, task.model_spec.signature_name, log.multi_inference_log.request.input)
        return
    else:
        raise ServingError.invalid_argument(f"Unsupported log_type for warmup: {kind}")
    run(servable, request.model_spec.signature_name, request.input)
