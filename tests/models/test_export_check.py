from __future__ import annotations

import pathlib
import shutil

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from objects_that_sound.models.export_check import ExportError, check_export
from objects_that_sound.models.networks.avc_network import AvcNetwork
from objects_that_sound.models.networks.factory import build_network
from objects_that_sound.models.signatures import ServingSignatures


@pytest.fixture(scope="module")
def network(tiny_config):
    """`network(name)`: a tiny one, with moving statistics as after a training."""

    def build(name: str = "ave") -> AvcNetwork:
        network = build_network(tiny_config(name, filters=(8,)), seed=5)
        rng = np.random.default_rng(5)
        for variable in network.non_trainable_variables:
            if variable.path.endswith("moving_mean"):
                variable.assign(rng.uniform(-0.2, 0.2, variable.shape))
            elif variable.path.endswith("moving_variance"):
                variable.assign(rng.uniform(0.3, 1.0, variable.shape))
        return network

    return build


@pytest.fixture(scope="module")
def good(network, tmp_path_factory) -> tuple[AvcNetwork, pathlib.Path]:
    """An AVE-Net and its SavedModel; it passed the check, which is part of `save`."""
    folder = tmp_path_factory.mktemp("good")
    ave = network()
    ServingSignatures(ave).save(str(folder))
    return ave, folder


def _problems(error: pytest.ExceptionInfo[ExportError]) -> dict[str, str]:
    """The message's lines, by what stands before their first colon or verb."""
    lines = str(error.value).split("\n- ")[1:]
    assert lines
    return {line.split(":")[0].split(" ")[0].rstrip(","): line for line in lines}


def test_a_good_model_passes(good):
    network, folder = good
    check_export(network, str(folder))


def test_so_does_an_l3_net(network, tmp_path):
    ServingSignatures(network("l3")).save(str(tmp_path))
    assert (tmp_path / "saved_model.pb").is_file()


def test_a_reversed_head_is_refused_and_the_folder_left(network, tmp_path):
    wrong = network("avol")
    wrong.conv7.kernel.assign([[-10.0]])
    with pytest.raises(ExportError, match=r"does not rise with the similarity.*wrong sign") as info:
        ServingSignatures(wrong).save(str(tmp_path))
    assert str(tmp_path) in str(info.value)
    assert len(_problems(info)) == 1
    assert (tmp_path / "saved_model.pb").is_file()


def test_a_reversed_distance_is_refused(good):
    network, folder = good
    kernel = network.fc3.kernel
    kernel.assign(-kernel)
    try:
        with pytest.raises(ExportError, match="wrong sign"):
            check_export(network, str(folder))
    finally:
        kernel.assign(-kernel)


def test_weights_that_are_not_numbers_and_vectors_of_any_length_are_refused(network, tmp_path):
    wrong = network()
    bias = wrong.audio_head.second.bias
    bias.assign(np.full(bias.shape, np.nan))
    wrong.image_head.unit_length = False
    with pytest.raises(ExportError) as info:
        ServingSignatures(wrong).save(str(tmp_path))
    problems = _problems(info)
    length = problems.pop("embed_image")
    assert length.startswith("embed_image, embedding: length ")
    assert " instead of 1 for " in length
    needing_sound = {"score", "serving_default", "score_examples", "embed_audio", "localise"}
    assert set(problems) == needing_sound
    assert all(
        problem.endswith("not finite for a black image and silence")
        for problem in problems.values()
    )


class _PythonInside(ServingSignatures):
    def embed_image(self, image: tf.Tensor) -> dict[str, tf.Tensor]:
        embedding = super().embed_image(image)["embedding"]
        return {"embedding": tf.py_function(lambda x: x, [embedding], tf.float32)}


def test_python_inside_is_refused(network, tmp_path):
    message = "not an operation of stock TensorFlow: EagerPyFunc"
    with pytest.raises(ExportError, match=message):
        _PythonInside(network()).save(str(tmp_path))


def test_operations_of_other_libraries_are_refused(good, tmp_path):
    network, folder = good
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    file = tmp_path / "saved_model.pb"
    saved_model = saved_model_pb2.SavedModel.FromString(file.read_bytes())
    node = saved_model.meta_graphs[0].graph_def.library.function[0].node_def[0]
    node.op = "IO>DecodeVorbis"
    file.write_bytes(saved_model.SerializeToString())
    with pytest.raises(ExportError, match="not an operation of stock TensorFlow: IO>DecodeVorbis"):
        check_export(network, str(tmp_path))


def test_answers_of_another_network_are_refused(good):
    network, folder = good
    kernel = network.image_tower.layers[0].kernel
    before = np.array(kernel)
    kernel.assign(-before)
    try:
        with pytest.raises(ExportError) as info:
            check_export(network, str(folder))
    finally:
        kernel.assign(before)
    problem = _problems(info)["embed_image"]
    assert problem.startswith("embed_image, embedding: up to ")
    assert " from the network's, for " in problem
    assert "embed_audio" not in _problems(info)


class _Undocumented(ServingSignatures):
    def embed_audio(self, audio: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"embedding": self.network.embed_audio(self._sounds(audio), training=True)}

    def embed_image(self, image: tf.Tensor) -> dict[str, tf.Tensor]:
        return super().embed_image(tf.ensure_shape(image, [1]))

    def score_examples(self, examples: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"score": tf.cast(super().score_examples(examples)["score"], tf.float16)}

    def describe(self, query: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"rate": super().describe(query)["sample_rate"]}


def test_what_differs_from_the_documentation_is_refused(network, tmp_path):
    with pytest.raises(ExportError) as info:
        _Undocumented(network()).save(str(tmp_path))
    problems = _problems(info)
    # In training mode it takes the batch's statistics, and changes those that others need.
    assert problems.keys() - {"localise", "audio_features"} == {
        "embed_audio",
        "embed_image",
        "score_examples",
        "describe",
    }
    assert " from that for the first alone, for " in problems["embed_audio"]
    assert problems["embed_image"].startswith("embed_image fails: ")
    assert problems["score_examples"].startswith(
        "score_examples, score: float16 [4], and float16 [1] for one, instead of float32 [4] and"
    )
    assert problems["describe"] == (
        "describe gives ['rate'], not ['crop_size', 'embedding_size', 'frames', 'image_size', "
        "'map_threshold', 'sample_rate']"
    )


def test_a_missing_signature_is_refused(good, tmp_path):
    module = tf.Module()
    module.score = tf.function(
        lambda image, audio: {"score": tf.fill(tf.shape(image), 2.0)},
        input_signature=[tf.TensorSpec([None], tf.string, name=n) for n in ("image", "audio")],
    )
    tf.saved_model.save(module, str(tmp_path), signatures={"score": module.score})
    with pytest.raises(ExportError) as info:
        check_export(good[0], str(tmp_path))
    assert "\n- there is no signature localise" in str(info.value)
    assert "\n- score, score: not in 0..1 but in 2..2" in str(info.value)
