from __future__ import annotations

import pytest
import tensorflow as tf

from objects_that_sound.models.load_saved_model import load_saved_model


class _Adds(tf.Module):
    def __init__(self, number: float):
        super().__init__()
        self.number = tf.Variable(number)

    @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
    def add(self, to):
        return to + self.number


def test_a_model_is_loaded_once(tmp_path):
    tf.saved_model.save(_Adds(1.0), str(tmp_path))
    model = load_saved_model(str(tmp_path))
    assert load_saved_model(str(tmp_path)) is model
    assert model.add(2.0) == 3.0


def test_a_model_that_was_written_anew_is_loaded_anew(tmp_path):
    for number in (1.0, 5.0):
        tf.saved_model.save(_Adds(number), str(tmp_path))
        assert load_saved_model(str(tmp_path)).add(2.0) == 2.0 + number


def test_no_more_than_two_models_are_kept(tmp_path):
    folders = [str(tmp_path / name) for name in "abc"]
    for folder in folders:
        tf.saved_model.save(_Adds(1.0), folder)
    first, second, third = map(load_saved_model, folders)
    assert load_saved_model(folders[1]) is second
    assert load_saved_model(folders[2]) is third
    assert load_saved_model(folders[0]) is not first


def test_a_folder_without_a_model_is_an_error(tmp_path):
    with pytest.raises(OSError, match=str(tmp_path)):
        load_saved_model(str(tmp_path))
    (tmp_path / "saved_model.pb").write_bytes(b"no model")
    for _ in range(2):  # and is not remembered
        with pytest.raises(OSError, match=str(tmp_path)):
            load_saved_model(str(tmp_path))
