"""The warm-up file: what is in it, and that the model and the model server take it."""

from __future__ import annotations

import pathlib

import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from objects_that_sound.models.networks.factory import build_network
from objects_that_sound.models.signatures import ServingSignatures
from objects_that_sound.models.warmup_requests import WARMUP_FILE, write_warmup_requests
from objects_that_sound.serving.model_server.servable import Servable
from objects_that_sound.serving.model_server.version_folder import VersionFolder
from objects_that_sound.serving.model_server.warmup import warm_up

SIGNATURES = ["serving_default", "score", "embed_image", "embed_audio", "localise", "describe"]


def test_the_model_server_replays_it(tiny_config, tmp_path: pathlib.Path):
    config = tiny_config("avol", frames=3)
    folder = tmp_path / "1"
    ServingSignatures(build_network(config, seed=1)).save(str(folder))
    write_warmup_requests(config, str(folder))
    servable = Servable(VersionFolder(folder, 1))
    assert warm_up(servable, folder) == len(SIGNATURES)


def test_one_request_for_each_signature_that_clients_call(tiny_config, tmp_path: pathlib.Path):
    config = tiny_config("avol", frames=3)
    write_warmup_requests(config, str(tmp_path))
    requests = [
        prediction_log_pb2.PredictionLog.FromString(record).predict_log.request
        for record in tf.data.TFRecordDataset(str(tmp_path / WARMUP_FILE)).as_numpy_iterator()
    ]
    assert [request.model_spec.signature_name for request in requests] == SIGNATURES
    inputs = {name: tf.make_ndarray(tensor) for name, tensor in requests[1].inputs.items()}
    assert inputs["image"].shape == (1, 3)
    assert tf.io.decode_jpeg(inputs["image"][0, 0]).shape == [20, 26, 3]
    assert len(inputs["audio"][0]) == 2 * config.sample_rate
