"""One loaded SavedModel."""

from __future__ import annotations

import gc
import pathlib
import threading
import time
from collections.abc import Iterator

import grpc
import numpy as np
import pytest
import tensorflow as tf

from objects_that_sound.serving.model_server.servable import Servable
from objects_that_sound.serving.model_server.serving_error import ServingError
from objects_that_sound.serving.model_server.version_folder import VersionFolder


@pytest.fixture(scope="module")
def servable(toy_folder: pathlib.Path) -> Iterator[Servable]:
    loaded = Servable(VersionFolder(toy_folder / "3", 3))
    yield loaded
    loaded.close()


X = np.array([[1, 2], [3, 4]], np.float32)
TAG = np.array([b"a\x00", b"\xff"], dtype=object)


def test_predict(servable: Servable):
    outputs = servable.predict("", {"x": X, "tag": TAG})
    assert list(outputs) == ["sum", "tag", "tag_bytes"]
    np.testing.assert_array_equal(outputs["sum"], np.array([6, 14], np.float32))
    assert outputs["tag"].tolist() == [b"a\x00", b"\xff"]


def test_output_filter(servable: Servable):
    outputs = servable.predict("serving_default", {"x": X, "tag": TAG}, ["tag"])
    assert list(outputs) == ["tag"]
    with pytest.raises(ServingError, match="alias not found in signature: nope"):
        servable.predict("", {"x": X, "tag": TAG}, ["nope"])
    with pytest.raises(ServingError, match="duplicate"):
        servable.predict("", {"x": X, "tag": TAG}, ["tag", "tag"])


def test_scalars_keep_rank_zero(servable: Servable):
    outputs = servable.predict("slow", {"n": np.array(3, np.int32)})
    assert outputs["n"].shape == () and outputs["n"] == 3


@pytest.mark.parametrize(
    ("signature", "inputs", "words"),
    [
        ("", {"x": X}, "Missing but required: {tag}"),
        ("", {"x": X, "tag": TAG, "y": X}, "Sent extra: {y}"),
        ("", {"x": X.astype(np.float64), "tag": TAG}, "must be DT_FLOAT; got DT_DOUBLE"),
        ("", {"x": X[0], "tag": TAG}, r"'x' is declared as \[-1, 2\], got shape \[2\]"),
        ("decode", {"image": TAG}, "(?i)png|image"),
    ],
)
def test_wrong_inputs(servable: Servable, signature: str, inputs: dict, words: str):
    with pytest.raises(ServingError, match=words) as caught:
        servable.predict(signature, inputs)
    assert caught.value.code == grpc.StatusCode.INVALID_ARGUMENT
    assert "node" not in caught.value.message


@pytest.mark.parametrize("name", ["nope", "__saved_model_init_op", "Serving_default"])
def test_signatures_that_there_are_not(servable: Servable, name: str):
    words = f'key "{name}" not found. The model has: decode, scale_of, scaled'
    with pytest.raises(ServingError, match=words) as caught:
        servable.predict(name, {})
    assert caught.value.code == grpc.StatusCode.FAILED_PRECONDITION
    assert caught.value.http_status == 400


def test_shapes_are_the_graph_s_business(servable: Servable):
    """Of `pair`, declared [-1, 2]: its sum of the dimension 1 does not mind how long that is."""
    wide = np.ones((2, 5), np.float32)
    assert servable.predict("", {"x": wide, "tag": TAG})["sum"].tolist() == [10, 10]
    deep = np.ones((2, 1, 3), np.float32)
    assert servable.predict("", {"x": deep, "tag": TAG})["sum"].shape == (2, 3)
    assert servable.predict("scaled", {"x": np.array(2, np.float32)})["y"] == 4


def test_deadline(servable: Servable):
    with pytest.raises(ServingError) as caught:
        servable.predict("slow", {"n": np.array(2**31 - 1, np.int32)}, timeout_seconds=0.05)
    assert caught.value.code == grpc.StatusCode.DEADLINE_EXCEEDED


def test_pictures_that_are_too_large(toy_folder: pathlib.Path, jpeg_bomb: bytes):
    limited = Servable(VersionFolder(toy_folder / "3", 3), max_image_pixels=2**20)
    with pytest.raises(ServingError, match="'image', element 1: an image of 30000 x 30000"):
        limited.predict("decode", {"image": np.array([b"", jpeg_bomb], dtype=object)})
    limited.close()


def test_closing_waits_for_the_runs_under_way(toy_folder: pathlib.Path):
    servable = Servable(VersionFolder(toy_folder / "3", 3))
    answers = []
    thread = threading.Thread(
        target=lambda: answers.append(servable.predict("slow", {"n": np.array(20_000, np.int32)}))
    )
    thread.start()
    while not servable._running and thread.is_alive():
        time.sleep(0.001)
    servable.close()
    thread.join()
    assert answers[0]["n"] == 20_000
    with pytest.raises(ServingError, match="unloaded"):
        servable.predict("slow", {"n": np.array(1, np.int32)})


def test_a_version_that_tensorflow_cannot_load(toy_folder: pathlib.Path, tmp_path: pathlib.Path):
    import shutil

    folder = shutil.copytree(toy_folder / "3", tmp_path / "3")
    data = folder / "variables" / "variables.data-00000-of-00001"
    data.write_bytes(data.read_bytes()[:-8])
    with pytest.raises(ServingError, match=f"cannot load {folder}"):
        Servable(VersionFolder(folder, 3))


def test_close_releases_memory(tmp_path: pathlib.Path):
    class Big(tf.Module):
        def __init__(self):
            self.weights = tf.Variable(tf.ones([4_000_000]))  # 16 MB

        @tf.function(input_signature=[tf.TensorSpec([], tf.float32, "x")])
        def run(self, x):
            return {"y": x + tf.reduce_sum(self.weights)}

    big_module = Big()
    tf.saved_model.save(big_module, str(tmp_path), signatures=big_module.run)
    folder = VersionFolder(tmp_path, 1)

    def load_and_close() -> None:
        big = Servable(folder)
        assert big.predict("", {"x": np.array(1, np.float32)})["y"] > 1
        big.close()

    for _ in range(2):
        load_and_close()
    gc.collect()
    before = _resident_bytes()
    for _ in range(40):
        load_and_close()
    gc.collect()
    # Not the 640 MB that were loaded. Up to five freed copies were seen to stay with the allocator,
    # after 10 loads as well as after 60.
    assert _resident_bytes() - before < 120_000_000


def _resident_bytes() -> int:
    return int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * 4096
