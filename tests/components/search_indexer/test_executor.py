"""SearchIndexer with a model that sees colours and hears tones."""

from __future__ import annotations

import io
import json
import pathlib

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tensorflow_serving.apis import prediction_log_pb2

from objects_that_sound.components.beam_options import local_beam_pipeline_args
from objects_that_sound.components.search_indexer.check_index import answer_problems
from objects_that_sound.components.search_indexer.items import Items
from objects_that_sound.components.search_indexer.vector_table import DTYPES, VectorTable


def _run(examples, model, folder: pathlib.Path, blessed: bool | None = None, **changes):
    from tfx.types import standard_artifacts

    from objects_that_sound.components.search_indexer.executor import Executor

    index = standard_artifacts.Model()
    index.uri = str(folder)
    inputs = {"examples": [examples], "model": [model]}
    if blessed is not None:
        blessing = standard_artifacts.ModelBlessing()
        blessing.set_int_custom_property("blessed", int(blessed))
        inputs["model_blessing"] = [blessing]
    parameters = {"splits": "[]", "dtype": "int16", "thumbnail_size": 24, "batch_size": 3}
    context = Executor.Context(beam_pipeline_args=local_beam_pipeline_args())
    Executor(context).Do(inputs, {"index": [index]}, parameters | changes)
    return index


@pytest.fixture(scope="module")
def rows(make_features) -> list[dict]:
    return [
        make_features(video, float(time), video % 4) | {"video/id": f"vidéo{video}"}
        for video in range(8)
        for time in range(2)
    ]


@pytest.fixture(scope="module")
def examples(rows, write_examples, tmp_path_factory):
    splits = {"train": rows[:9], "eval": rows[9:]}
    return write_examples(tmp_path_factory.mktemp("examples") / "in", splits)


@pytest.fixture(scope="module", params=DTYPES)
def index(request, examples, toy_model, tmp_path_factory):
    return _run(examples, toy_model, tmp_path_factory.mktemp("index"), dtype=request.param)


@pytest.fixture(scope="module")
def signatures(index):
    return tf.saved_model.load(f"{index.uri}/Format-Serving").signatures


def _call(signature, **inputs) -> dict[str, np.ndarray]:
    return {name: output.numpy() for name, output in signature(**inputs).items()}


def test_an_image_finds_the_sounds_of_its_class(signatures, rows):
    image = tf.constant([rows[0]["image/encoded"], rows[2]["image/encoded"]])
    found = _call(signatures["search_by_image"], image=image, k=tf.constant([4, 4]))
    assert {name: output.shape for name, output in found.items()} == dict.fromkeys(
        ("ids", "times", "scores", "thumbnails", "labels"), (2, 4)
    )
    assert {name: output.dtype.name for name, output in found.items()} == {
        "ids": "object",
        "times": "float32",
        "scores": "float32",
        "thumbnails": "object",
        "labels": "object",
    }
    assert set(found["labels"][0]) == {b"red"}
    assert set(found["labels"][1]) == {b"green"}
    assert {id_.decode() for id_ in found["ids"][0]} == {"vidéo0", "vidéo4"}
    np.testing.assert_allclose(found["scores"], 1.0, atol=1e-3)


def test_a_sound_finds_the_images_of_its_class(signatures, rows):
    found = _call(
        signatures["search_by_audio"],
        audio=tf.constant([rows[6]["audio/pcm"]]),
        k=tf.constant([5]),
    )
    assert list(found["labels"][0][:4]) == [b"yellow"] * 4
    assert found["labels"][0][4] != b"yellow"
    assert found["scores"][0][4] == pytest.approx(0.0)
    assert sorted(found["times"][0][:4]) == [0.0, 0.0, 1.0, 1.0]


def test_thumbnails_lie_beside_and_show_the_result(index, signatures, rows):
    found = _call(
        signatures["search_by_audio"], audio=tf.constant([rows[0]["audio/pcm"]]), k=tf.constant([1])
    )
    path = pathlib.Path(index.uri, "Format-Serving", found["thumbnails"][0, 0].decode())
    picture = Image.open(io.BytesIO(path.read_bytes())).convert("RGB")
    assert picture.size == (24, 24)
    red, green, blue = picture.getpixel((12, 12))
    assert red > 180 > 80 > max(green, blue)
    assert len(list(path.parent.parent.rglob("*.jpg"))) == len(rows)


def test_the_widest_k_of_a_batch_counts_and_all_items_at_most(signatures, rows):
    image = tf.constant([rows[0]["image/encoded"]] * 2)
    found = _call(signatures["search_by_image"], image=image, k=tf.constant([1, 100]))
    assert found["ids"].shape == (2, len(rows))
    alone = _call(signatures["search_by_image"], image=image[:1], k=tf.constant([3]))
    assert list(alone["ids"][0]) == list(found["ids"][0][:3])
    none = _call(
        signatures["search_by_image"], image=tf.zeros([0], tf.string), k=tf.zeros([0], tf.int32)
    )
    assert none["scores"].shape == (0, 1)


@pytest.mark.parametrize(
    ("k", "words"), [([0], "at least 1"), ([1001], "at most 1000"), ([1, 1], "for each query")]
)
def test_a_wrong_k_is_an_invalid_argument(signatures, rows, k, words):
    with pytest.raises(tf.errors.InvalidArgumentError, match=words):
        signatures["search_by_image"](
            image=tf.constant([rows[0]["image/encoded"]]), k=tf.constant(k)
        )


def test_a_server_warms_up_with_both_searches(index, signatures):
    path = pathlib.Path(index.uri, "Format-Serving", "assets.extra", "tf_serving_warmup_requests")
    asked = []
    for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
        request = prediction_log_pb2.PredictionLog.FromString(record).predict_log.request
        inputs = {name: tf.make_ndarray(value) for name, value in request.inputs.items()}
        tensors = {name: tf.constant(value) for name, value in inputs.items()}
        found = _call(signatures[request.model_spec.signature_name], **tensors)
        assert found["ids"].shape == (1, 10)
        asked.append(request.model_spec.signature_name)
    assert asked == ["search_by_image", "search_by_audio"]


def test_describe_tells_how_many_items(index, signatures, rows):
    described = _call(signatures["describe"], query=tf.constant([b"", b""]))
    assert list(described["items"]) == [len(rows)] * 2
    assert index.get_int_custom_property("num_items") == len(rows)


def test_a_split_may_be_chosen_and_thumbnails_left_out(examples, toy_model, rows, tmp_path):
    index = _run(examples, toy_model, tmp_path, splits=json.dumps(["eval"]), thumbnail_size=0)
    assert index.get_int_custom_property("num_items") == len(rows) - 9
    signature = tf.saved_model.load(f"{index.uri}/Format-Serving").signatures["search_by_image"]
    found = _call(
        signature, image=tf.constant([rows[0]["image/encoded"]]), k=tf.constant([len(rows)])
    )
    assert set(found["thumbnails"].ravel()) == {b""}
    assert not (tmp_path / "Format-Serving" / "assets.extra" / "thumbnails").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["Format-Serving"]


def test_without_a_blessing_nothing_is_indexed(examples, toy_model, rows, tmp_path):
    refused = _run(examples, toy_model, tmp_path / "no", blessed=False)
    assert refused.get_int_custom_property("num_items") == 0
    assert not (tmp_path / "no" / "Format-Serving").exists()
    blessed = _run(examples, toy_model, tmp_path / "yes", blessed=True)
    assert blessed.get_int_custom_property("num_items") == len(rows)


def test_no_examples_are_an_error(write_examples, toy_model, tmp_path):
    examples = write_examples(tmp_path / "in", {"eval": []})
    with pytest.raises(ValueError, match="no examples"):
        _run(examples, toy_model, tmp_path / "out")


def test_the_component_names_its_channels_and_refuses_a_wrong_dtype():
    from tfx import types
    from tfx.types import standard_artifacts

    from objects_that_sound.components.search_indexer.component import SearchIndexer

    examples = types.Channel(type=standard_artifacts.Examples)
    model = types.Channel(type=standard_artifacts.Model)
    component = SearchIndexer(examples, model, splits=["eval"], dtype="int8")
    assert component.outputs["index"].type is standard_artifacts.Model
    assert component.exec_properties["splits"] == '["eval"]'
    with pytest.raises(ValueError, match="int16, float16, int8, not 'float8'"):
        SearchIndexer(examples, model, dtype="float8")


class TestAnswerProblems:
    @pytest.fixture
    def items(self) -> Items:
        table = VectorTable.of(np.eye(3, dtype=np.float32), "float16")
        return Items(
            ids=np.array(["a", "b", "c"]),
            times=np.array([0, 1, 2], np.float32),
            labels=np.array(["", "x", ""]),
            thumbnails=np.array(["", "0.jpg", ""]),
            image=table,
            audio=table,
        )

    @pytest.fixture
    def found(self) -> dict[str, np.ndarray]:
        """What is right for a query near b, then c."""
        return {
            "ids": np.array([[b"b", b"c", b"a"]], object),
            "times": np.array([[1, 2, 0]], np.float32),
            "scores": np.array([[0.9, 0.4, 0.1]], np.float32),
            "labels": np.array([[b"x", b"", b""]], object),
            "thumbnails": np.array([[b"assets.extra/thumbnails/0.jpg", b"", b""]], object),
        }

    def _problems(self, found, items) -> list[str]:
        return answer_problems(found, items, items.audio, np.array([[0.1, 0.9, 0.4]], np.float32))

    def test_a_right_answer_has_none(self, found, items):
        assert self._problems(found, items) == []

    @pytest.mark.parametrize(
        ("output", "value"),
        [
            ("ids", b"c"),
            ("times", 5.0),
            ("scores", 0.95),
            ("scores", np.nan),
            ("labels", b""),
            ("thumbnails", b""),
        ],
    )
    def test_a_wrong_value_is_found(self, found, items, output, value):
        found[output][0, 0] = value
        assert self._problems(found, items)

    def test_missing_results_are_found(self, found, items):
        short = {name: values[:, :2] for name, values in found.items()}
        assert self._problems(short, items) == ["[1, 2] results instead of [1, 3]"]
