from __future__ import annotations

import dataclasses
import itertools
import json
import pathlib
import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from objects_that_sound.models.input_pipeline import evaluation_batches, training_batches
from objects_that_sound.models.losses import pair_masks
from objects_that_sound.models.losses.balanced_cross_entropy import balanced_accuracy
from objects_that_sound.models.trainer import HISTORY_FILE, run_fn, train
from objects_that_sound.models.training_config import TrainingConfig
from objects_that_sound.models.warmup_requests import WARMUP_FILE

_TRAINING = TrainingConfig(
    batch_size=16, steps=50, steps_per_epoch=20, learning_rate=3e-3, shuffle_buffer=64, seed=3
)


@pytest.fixture(scope="module")
def files(write_examples, tmp_path_factory) -> tuple[str, str]:
    """Examples to train on and to evaluate on."""
    folder = tmp_path_factory.mktemp("examples")
    return write_examples(folder / "train", 48), write_examples(folder / "eval", 20)


@pytest.fixture(scope="module")
def fn_args(tiny_config, files, tmp_path_factory) -> types.SimpleNamespace:
    """The part of TFX's FnArgs that `run_fn` uses, after `run_fn`."""
    folder = tmp_path_factory.mktemp("trainer")
    fn_args = types.SimpleNamespace(
        train_files=[files[0]],
        eval_files=[files[1]],
        # As it arrives through TFX: JSON.
        custom_config=json.loads(
            json.dumps(
                {
                    "network": dataclasses.asdict(tiny_config("ave", filters=(4, 8))),
                    "training": dataclasses.asdict(_TRAINING),
                }
            )
        ),
        serving_model_dir=str(folder / "model" / "Format-Serving"),
        model_run_dir=str(folder / "model_run"),
    )
    run_fn(fn_args)
    return fn_args


@pytest.fixture(scope="module")
def history(fn_args) -> dict[str, list[float]]:
    return json.loads((pathlib.Path(fn_args.model_run_dir) / HISTORY_FILE).read_text())


def test_the_history_has_an_entry_an_epoch_and_its_step(history):
    assert history["step"] == [20, 40, 50]  # the last epoch is shorter
    names = {"loss", "val_loss", "avc_accuracy", "val_avc_accuracy", "step", "exported"}
    assert set(history) == names
    assert history["exported"] == [0, 0, 1]  # the last weights: nothing else was asked for
    assert all(len(values) == 3 for values in history.values())


def test_it_learns_which_tone_goes_with_which_colour(history):
    assert history["loss"][-1] < 0.5 * history["loss"][0]  # a mean over the first 20 steps
    assert history["val_avc_accuracy"][-1] > 0.8  # chance: 0.5
    assert history["val_loss"][-1] < 0.5


def test_the_exported_model_has_learnt_it(fn_args, tiny_config, files, encode_image, tone):
    model = tf.saved_model.load(fn_args.serving_model_dir)
    images = [
        encode_image(np.full([20, 28, 3], colour, np.uint8))
        for colour in ((230, 30, 30), (30, 200, 30), (40, 40, 230), (220, 220, 40))
    ]
    sounds = [tone(frequency).tobytes() for frequency in (50, 110, 200, 310)]
    pairs = list(itertools.product(range(4), repeat=2))
    scores = model.signatures["score"](
        image=tf.constant([images[i] for i, _ in pairs]),
        audio=tf.constant([sounds[j] for _, j in pairs]),
    )["score"].numpy()
    own = [score for (i, j), score in zip(pairs, scores, strict=True) if i == j]
    other = [score for (i, j), score in zip(pairs, scores, strict=True) if i != j]
    assert np.mean(own) - np.mean(other) > 0.4
    # AVE-Net localises by its head at every place.
    answer = model.signatures["localise"](
        image=tf.constant(images[:1]), audio=tf.constant(sounds[:1])
    )
    assert answer["heatmap"].shape == (1, 4, 4)
    assert answer["score"].numpy() == pytest.approx(own[0], abs=1e-5)


def test_warm_up_requests_are_exported_with_it(fn_args):
    assert (pathlib.Path(fn_args.serving_model_dir) / WARMUP_FILE).stat().st_size > 0


def test_curves_for_tensorboard_are_written(fn_args):
    assert list(pathlib.Path(fn_args.model_run_dir).rglob("events.out.tfevents.*"))


def test_nothing_is_left_of_the_checkpoints(fn_args):
    run = pathlib.Path(fn_args.model_run_dir)
    assert [path.name for path in run.parent.iterdir() if path.name.startswith(".")] == []


def test_a_loss_that_is_not_finite_ends_the_training_and_says_when(tiny_config, files):
    config = dataclasses.replace(_TRAINING, learning_rate=1e38, learning_rate_decay=1.0)
    network = tiny_config("ave", filters=(4,), normalise=False)
    with pytest.raises(FloatingPointError, match=r"at step 2, .* Lower learning_rate"):
        train(
            network,
            config,
            training_batches([files[0]], network, 16, 64, 0),
            evaluation_batches([files[1]], network, 16),
        )


@pytest.fixture(scope="module")
def short(tiny_config, files):
    """A network after less than an epoch, its history and the batch it was evaluated on."""
    config = dataclasses.replace(_TRAINING, steps=3, steps_per_epoch=5)
    network_config = tiny_config("ave", filters=(4,))
    batches = evaluation_batches([files[1]], network_config, 16)
    network, history = train(
        network_config, config, training_batches([files[0]], network_config, 16, 64, 0), batches
    )
    [batch] = batches.as_numpy_iterator()
    return network, history, batch


def test_it_takes_as_many_steps_as_asked_for(short):
    network, history, _ = short
    assert int(network.optimizer.iterations.numpy()) == 3
    assert history["step"] == [3]


def test_the_history_is_of_the_network_in_inference(short):
    network, history, batch = short
    outputs = network(batch)
    loss = network.compute_loss(batch, y_pred=outputs)
    assert history["val_loss"] == pytest.approx([float(loss)], rel=1e-4)
    logits = network.match_logits(outputs["similarities"])
    accuracy = balanced_accuracy(logits, *pair_masks.all_pairs(batch["group"]))
    assert history["val_avc_accuracy"] == pytest.approx([float(accuracy)], abs=1e-3)


def test_no_examples_are_an_error_before_anything_is_written(tiny_config, tmp_path):
    fn_args = types.SimpleNamespace(
        train_files=[str(tmp_path / "none-*")],
        eval_files=[str(tmp_path / "none-*")],
        custom_config={
            "network": dataclasses.asdict(tiny_config()),
            "training": dataclasses.asdict(_TRAINING),
        },
        serving_model_dir=str(tmp_path / "model"),
        model_run_dir=str(tmp_path / "run"),
    )
    with pytest.raises(FileNotFoundError, match="none-"):
        run_fn(fn_args)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_half_precision_learns_and_exports_float32(precision, tiny_config, files):
    config = dataclasses.replace(
        _TRAINING, steps=40, batch_size=16, accumulation_steps=2, precision=precision
    )
    network_config = tiny_config("ave", filters=(4, 8))
    batches = evaluation_batches([files[1]], network_config, 16)
    network, history = train(
        network_config,
        config,
        lambda first: training_batches([files[0]], network_config, 16, 64, 0, first),
        batches,
    )
    assert history["loss"][-1] < 0.8 * history["loss"][0]
    assert keras.config.dtype_policy().name == "float32"
    assert {layer.dtype_policy.name for layer in network._flatten_layers()} == {"float32"}
    [batch] = batches.as_numpy_iterator()
    outputs = network(batch)
    assert outputs["image_embedding"].dtype == tf.float32
    # The same weights: only rounding tells its answers from those in training.
    loss = float(network.compute_loss(batch, y_pred=outputs))
    assert loss == pytest.approx(history["val_loss"][-1], rel=0.05)


def test_training_starts_from_a_base_model_where_there_is_one(
    fn_args, history, files, tiny_config, tmp_path
):
    again = types.SimpleNamespace(**vars(fn_args))
    again.base_model = fn_args.serving_model_dir
    again.serving_model_dir = str(tmp_path / "model" / "Format-Serving")
    again.model_run_dir = str(tmp_path / "model_run" / "2")
    again.custom_config = {
        "network": fn_args.custom_config["network"],
        "training": fn_args.custom_config["training"] | {"steps": 1, "learning_rate": 1e-6},
    }
    run_fn(again)
    warm = json.loads((pathlib.Path(again.model_run_dir) / HISTORY_FILE).read_text())
    assert warm["val_loss"][0] == pytest.approx(history["val_loss"][-1], rel=0.2)
    assert warm["val_loss"][0] < 0.7 * history["val_loss"][0]

    again.custom_config["network"] = dataclasses.asdict(tiny_config("ave", filters=(4, 16)))
    with pytest.raises(ValueError, match=r"filters is \(4, 8\) there and \(4, 16\) here"):
        run_fn(again)
