from __future__ import annotations

import pathlib

import keras
import numpy as np
import pytest
import tensorflow as tf

from objects_that_sound.models.networks.factory import build_network
from objects_that_sound.models.training.tensorboard_log import TensorBoardLog


def _read(folder: pathlib.Path) -> tuple[dict, dict]:
    """Scalars and images by name and step."""
    scalars, images = {}, {}
    [path] = folder.glob("events.out.tfevents.*")
    for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
        event = tf.compat.v1.Event.FromString(record)
        for value in event.summary.value:
            if value.metadata.plugin_data.plugin_name == "scalars":
                scalars[value.tag, event.step] = float(tf.make_ndarray(value.tensor))
            else:
                png = value.tensor.string_val[2]  # behind width and height
                images[value.tag, event.step] = tf.io.decode_png(png).numpy()
    return scalars, images


@pytest.mark.parametrize(("name", "number"), [("l3", 1), ("avol", 1), ("ave", 3)])
def test_curves_maps_and_strips_are_written(name, number, tiny_config, random_media, tmp_path):
    config = tiny_config(name, frames=number, filters=(4, 8))
    network = build_network(config, seed=0)
    network.compile(keras.optimizers.AdamW(0.25))
    frames, sounds = random_media(config, 10)
    log = TensorBoardLog(str(tmp_path), {"image": frames, "audio": sounds})
    log.set_model(network)
    before = {"step": [20], "loss": [0.75], "val_loss": [0.5]}
    log.on_train_begin({"step": 30, "curves": before})  # taken up again within an epoch
    log.on_epoch_end(1, {"step": 40, "loss": 0.25, "val_loss": 0.125, "learning_rate": 0.5})
    log.on_train_end()
    scalars, images = _read(tmp_path)
    assert scalars == {
        ("loss", 20): 0.75,
        ("val_loss", 20): 0.5,
        ("loss", 40): 0.25,
        ("val_loss", 40): 0.125,
        ("learning_rate", 40): 0.5,
    }
    assert set(images) == {("heat maps", 40), ("frames by sound", 40)}
    maps, strips = images["heat maps", 40], images["frames by sound", 40]
    assert maps.shape == (2 * (16 + 2), 8 * (16 + 2), 3)
    shown = np.split(frames, number, axis=-1)[number // 2]  # the middle one
    np.testing.assert_array_equal(maps[:16, 18:34], shown[1])
    assert maps[18:34].std() > 0
    # A query, and frames of which the first is that with the nearest sound.
    assert strips.shape == (6 * (16 + 2), 7 * (16 + 2) + 4, 3)
    vectors = network.embed_image(frames[:6]).numpy() @ network.embed_audio(sounds).numpy().T
    for row, nearest in enumerate(vectors.argmax(1)):
        line = strips[18 * row : 18 * row + 16]
        np.testing.assert_array_equal(line[:, :16], shown[row])
        np.testing.assert_array_equal(line[:, 22:38], shown[nearest])
