"""Examples, checkpoints and models on an S3 server on loopback."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import types

import numpy as np
import pytest
import tensorflow as tf

from objects_that_sound.components.evaluation.read_examples import count_examples
from objects_that_sound.components.evaluation.saved_model import SavedModel
from objects_that_sound.models import trainer
from objects_that_sound.models.object_storage import reach
from objects_that_sound.models.training.checkpoint_store import Checkpoint, CheckpointStore
from objects_that_sound.models.training_config import TrainingConfig
from objects_that_sound.models.whole_file import whole_file


@pytest.fixture(scope="module")
def bucket(s3):
    """An address on a server on loopback that TensorFlow reaches."""
    pytest.importorskip("tensorflow_io", reason="tensorflow-io has no build for this Python")
    reach(s3)
    return s3


def test_a_file_appears_whole_or_not_at_all(bucket):
    path = f"{bucket}/whole/file.txt"
    with whole_file(path) as unfinished, tf.io.gfile.GFile(unfinished, "w") as file:
        file.write("first")
    with pytest.raises(KeyError), whole_file(path) as unfinished:
        with tf.io.gfile.GFile(unfinished, "w") as file:
            file.write("second")
        raise KeyError
    with tf.io.gfile.GFile(path) as file:
        assert file.read() == "first"
    assert tf.io.gfile.listdir(f"{bucket}/whole") == ["file.txt"]


@pytest.mark.slow
@pytest.mark.parametrize("status", [0, 7])
@pytest.mark.parametrize("imported", ["sys", "sys, tensorflow_io"])
def test_a_process_that_used_it_ends_with_its_own_exit_status(bucket, imported, status):
    program = (
        f"import {imported}; from objects_that_sound.models.object_storage import reach;"
        f"import tensorflow as tf; reach('{bucket}');"
        f"tf.io.gfile.GFile('{bucket}/status', 'w').write('x'); sys.exit({status})"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=600)
    assert done.returncode == status, done.stderr


def test_checkpoints_are_kept_found_and_removed(bucket):
    store = CheckpointStore(f"{bucket}/run/.unfinished/0123456789abcdef")
    for step in (1, 2, 3):
        store.save(step, Checkpoint({"weights": [np.full(3, step)]}, {"step": step}))
    newest = list(CheckpointStore(store.folder).newest())
    assert [checkpoint.state["step"] for checkpoint in newest] == [3, 2]
    np.testing.assert_array_equal(newest[0].arrays["weights"][0], [3, 3, 3])
    store.remove()
    assert list(CheckpointStore(store.folder).newest()) == []


@pytest.mark.slow
def test_a_training_all_of_whose_files_are_there_is_killed_and_goes_on(
    bucket, tiny_config, write_examples, tmp_path, monkeypatch, capsys
):
    root = f"{bucket}/training"
    for split, count in (("train", 48), ("eval", 20)):
        path = write_examples(tmp_path / split, count)
        tf.io.gfile.copy(path, f"{root}/examples/Split-{split}/{os.path.basename(path)}")
    config = TrainingConfig(
        batch_size=16, steps=8, steps_per_epoch=4, checkpoint_steps=2, shuffle_buffer=20, seed=3
    )

    def fn_args(place: str) -> types.SimpleNamespace:
        return types.SimpleNamespace(
            train_files=[f"{root}/examples/Split-train/*"],
            eval_files=[f"{root}/examples/Split-eval/*"],
            custom_config={
                "network": dataclasses.asdict(tiny_config("ave", filters=(4, 8))),
                "training": dataclasses.asdict(config),
            },
            serving_model_dir=f"{place}/model/Format-Serving",
            model_run_dir=f"{place}/model_run",
        )

    save = CheckpointStore.save

    def save_and_die(store, step, checkpoint):
        save(store, step, checkpoint)
        if step == 4:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(CheckpointStore, "save", save_and_die)
        with pytest.raises(KeyboardInterrupt):
            trainer.run_fn(fn_args(root))
    trainer.run_fn(fn_args(root))
    assert "going on after step 4" in capsys.readouterr().err
    assert not tf.io.gfile.exists(f"{root}/.unfinished")
    trainer.run_fn(fn_args(str(tmp_path / "undisturbed")))

    pixels = np.random.default_rng(0).integers(0, 255, [20, 28, 3], np.uint8)
    jpeg = tf.io.encode_jpeg(pixels).numpy()
    embeddings = [
        SavedModel(f"{place}/model").call("embed_image", {"image": [jpeg]})["embedding"]
        for place in (root, str(tmp_path / "undisturbed"))
    ]
    np.testing.assert_allclose(embeddings[0], embeddings[1], atol=1e-6)
    # What evaluators read.
    assert count_examples([f"{root}/examples"], "eval") == 20


def test_without_tensorflow_io_an_address_is_refused_with_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_io", None)
    monkeypatch.setattr(tf.io.gfile, "get_registered_schemes", lambda: ["", "gs"])
    for text in ("s3://bucket/model", '{"push": "az://account/models"}'):
        with pytest.raises(ValueError, match=r"\[object-storage\].*mount the bucket"):
            reach("/here", text)


def test_a_build_that_does_not_fit_is_refused(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_io", types.ModuleType("tensorflow_io"))
    monkeypatch.setattr(tf.io.gfile, "get_registered_schemes", lambda: ["", "gs"])
    with pytest.raises(ValueError, match=r"s3:// by way of tensorflow-io only .*does not fit"):
        reach("s3://bucket")


def test_nothing_is_imported_for_other_addresses(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_io", None)
    reach("/here", "gs://bucket/model", None, "", "class3://no", "file")
