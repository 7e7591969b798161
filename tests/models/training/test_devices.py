from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import subprocess
import sys

import keras
import pytest
import tensorflow as tf

from objects_that_sound.models.training.devices import device_strategy, dtype_policy

_REPOSITORY = pathlib.Path(__file__).parents[3]


@pytest.mark.slow
def test_two_devices_train_together_each_with_pairs_of_its_own(tiny_config, tmp_path):
    network = tiny_config("ave", image_size=16, filters=(4, 8), normalise=False)
    program = pathlib.Path(__file__).with_name("several_devices.py")
    environment = {"PYTHONPATH": str(_REPOSITORY), "CUDA_VISIBLE_DEVICES": "-1"}
    done = subprocess.run(
        [sys.executable, str(program), str(tmp_path), json.dumps(dataclasses.asdict(network))],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=1200,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    result = json.loads((tmp_path / "result.json").read_text())
    # A step on two devices is that of two parts, and not that of all pairs of the batch.
    assert result["of_parts"] < 1e-5
    assert result["of_whole"] > 1e-3
    assert max(result["gathered"]) < 1e-5
    history = result["history"]
    assert history["step"] == [20, 40, 60]
    assert history["loss"][-1] < 0.7 * history["loss"][0]
    assert history["val_avc_accuracy"][-1] > 0.8
    assert result["steps"] == [60, 50]
    assert result["devices"] == ["ResourceVariable"]  # what is exported is of one device


@pytest.mark.skipif(bool(tf.config.list_physical_devices("GPU")), reason="there are GPUs")
def test_without_gpus_nothing_is_distributed():
    assert device_strategy().num_replicas_in_sync == 1


def test_layers_made_inside_compute_in_half_precision_and_keep_their_weights():
    with dtype_policy("mixed_bfloat16"):
        layer = keras.layers.Dense(2)
    layer.build((None, 3))
    assert (layer.compute_dtype, layer.kernel.dtype) == ("bfloat16", "float32")
    assert keras.layers.Dense(2).compute_dtype == "float32"
