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
from objects_that_sound.models.trainer import run_fn, train
from objects_that_sound.models.training_config import TrainingConfig
from objects_that_sound.models.training_history import HISTORY_FILE, TrainingHistory
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
def history(fn_args) -> TrainingHistory:
    return _history(fn_args)


@pytest.fixture(scope="module")
def curves(history) -> dict[str, list[float]]:
    return history.curves


def _history(fn_args) -> TrainingHistory:
    path = pathlib.Path(fn_args.model_run_dir) / HISTORY_FILE
    return TrainingHistory.from_json(json.loads(path.read_text()))


def test_the_history_has_an_entry_an_epoch_and_its_step(history, curves):
    assert curves["step"] == [20, 40, 50]  # the last epoch is shorter
    names = {"loss", "val_loss", "avc_accuracy", "val_avc_accuracy"}
    assert set(curves) == {"step", "seconds", "learning_rate", *names}
    assert all(len(values) == 3 for values in curves.values())
    # The last weights: nothing else was asked for.
    assert (history.exported, history.chosen, history.ended) == (2, False, "steps")
    assert (history.val_split, history.examples, history.batch_size) == ("eval", None, 16)


def test_it_learns_which_tone_goes_with_which_colour(curves):
    assert curves["loss"][-1] < 0.5 * curves["loss"][0]  # a mean over the first 20 steps
    assert curves["val_avc_accuracy"][-1] > 0.8  # chance: 0.5
    assert curves["val_loss"][-1] < 0.5


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
    [threshold] = model.signatures["describe"](query=tf.constant([b""]))["map_threshold"].numpy()
    assert threshold not in (0.0, 0.5, 1.0)  # it was found
    assert np.mean(own >= threshold) / 2 + np.mean(other < threshold) / 2 > 0.8
    # AVE-Net localises by its head at every place.
    answer = model.signatures["localise"](
        image=tf.constant(images[:1]), audio=tf.constant(sounds[:1])
    )
    assert answer["heatmap"].shape == (1, 5, 7)  # of the whole picture
    assert answer["score"].numpy() == pytest.approx(own[0], abs=0.2)  # of one colour all over


@pytest.mark.parametrize("left", [True, False])
def test_what_sounds_at_the_edge_of_a_wide_picture_is_found(fn_args, encode_image, tone, left):
    """Where a square crop in the middle, of 48 of 140 pixels, does not reach."""
    model = tf.saved_model.load(fn_args.serving_model_dir)
    colours = ((230, 30, 30), (30, 200, 30), (40, 40, 230), (220, 220, 40))
    sounds = [tone(frequency).tobytes() for frequency in (50, 110, 200, 310)]
    images, heard = [], []
    for own, other in itertools.permutations(range(4), 2):
        picture = np.full([60, 140, 3], colours[other], np.uint8)  # 21:9
        picture[:, :24] = colours[own if left else other]
        picture[:, -24:] = colours[other if left else own]
        images.append(encode_image(picture, "png"))
        heard.append(sounds[own])
    heatmaps = model.signatures["localise"](image=tf.constant(images), audio=tf.constant(heard))[
        "heatmap"
    ].numpy()
    assert heatmaps.shape == (12, 5, 12)
    # A network so small, trained by whole pictures, is not sure of every pair of colours.
    at_left, at_right = heatmaps[:, :, :2].mean((1, 2)), heatmaps[:, :, -2:].mean((1, 2))
    assert np.count_nonzero(at_left > at_right) == pytest.approx(12 if left else 0, abs=2)


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
    """A network after less than an epoch, its curves and the batches it was evaluated on."""
    config = dataclasses.replace(_TRAINING, steps=3, steps_per_epoch=5)
    network_config = tiny_config("ave", filters=(4,))
    batches = evaluation_batches([files[1]], network_config, 16)
    network, history = train(
        network_config, config, training_batches([files[0]], network_config, 16, 64, 0), batches
    )
    return network, history.curves, list(batches.as_numpy_iterator())


def test_it_takes_as_many_steps_as_asked_for(short):
    network, curves, _ = short
    assert int(network.optimizer.iterations.numpy()) == 3
    assert curves["step"] == [3]


def test_the_history_is_of_the_network_in_inference(short):
    network, curves, batches = short
    assert [len(batch["group"]) for batch in batches] == [10, 10]  # none of 20 is left out
    losses, accuracies = [], []
    for batch in batches:
        outputs = network(batch)
        losses.append(float(network.compute_loss(batch, y_pred=outputs)))
        logits = network.match_logits(outputs["similarities"])
        masks = pair_masks.all_pairs(batch["group"])
        accuracies.append(float(balanced_accuracy(logits, *masks)))
    assert curves["val_loss"] == pytest.approx([np.mean(losses)], rel=1e-4)
    assert curves["val_avc_accuracy"] == pytest.approx([np.mean(accuracies)], abs=1e-3)


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
    curves = history.curves
    assert curves["loss"][-1] < 0.8 * curves["loss"][0]
    assert keras.config.dtype_policy().name == "float32"
    assert {layer.dtype_policy.name for layer in network._flatten_layers()} == {"float32"}
    losses = []
    for batch in batches.as_numpy_iterator():
        outputs = network(batch)
        assert outputs["image_embedding"].dtype == tf.float32
        losses.append(float(network.compute_loss(batch, y_pred=outputs)))
    # The same weights: only rounding tells its answers from those in training.
    assert np.mean(losses) == pytest.approx(curves["val_loss"][-1], rel=0.05)


def test_training_starts_from_a_base_model_where_there_is_one(
    fn_args, curves, files, tiny_config, tmp_path
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
    warm = _history(again).curves
    assert warm["val_loss"][0] == pytest.approx(curves["val_loss"][-1], rel=0.2)
    assert warm["val_loss"][0] < 0.7 * curves["val_loss"][0]

    again.custom_config["network"] = dataclasses.asdict(tiny_config("ave", filters=(4, 16)))
    with pytest.raises(ValueError, match=r"filters is \(4, 8\) there and \(4, 16\) here"):
        run_fn(again)


@pytest.mark.parametrize("split", ["val", "eval"])
def test_how_long_to_train_is_found_on_the_split_val_or_said_to_be_on_eval(
    split, files, tiny_config, write_examples, tmp_path, capsys, monkeypatch
):
    looked_at: list[int] = []  # examples, for the decision and the threshold of maps
    monkeypatch.setattr(
        "objects_that_sound.models.trainer.similarities_of",
        lambda network, batches: looked_at.extend(len(batch["group"]) for batch in batches),
    )
    write_examples(tmp_path / "examples" / "Split-eval", 20)
    if split == "val":
        write_examples(tmp_path / "examples" / "Split-val", 24)
    config = dataclasses.replace(
        _TRAINING, steps=0, steps_per_epoch=0, patience=1, learning_rate_decay="plateau"
    )
    found = types.SimpleNamespace(
        train_files=[files[0]],
        eval_files=[str(tmp_path / "examples" / "Split-eval" / "*")],
        custom_config={
            "network": dataclasses.asdict(tiny_config("ave", filters=(4, 8))),
            "training": dataclasses.asdict(config),
        },
        serving_model_dir=str(tmp_path / "model" / "Format-Serving"),
        model_run_dir=str(tmp_path / "model_run"),
    )
    run_fn(found)
    history = _history(found)
    assert (history.val_split, history.ended, history.chosen) == (split, "plateau", True)
    assert history.examples == 48
    assert history.curves["step"][:2] == [20, 40]  # 48 / 16 would be too few between validations
    assert history.exported == int(np.argmax(history.curves["val_avc_accuracy"]))
    assert ("no split val" in capsys.readouterr().err) == (split == "eval")
    # All of val; else examples of train, never the 20 of eval.
    assert sum(looked_at) == (24 if split == "val" else 1024)


def test_flac_trains_to_the_same_weights_as_samples(write_examples, tiny_config, tmp_path):
    config = dataclasses.replace(_TRAINING, steps=6, steps_per_epoch=3)
    network_config = tiny_config("ave", filters=(4, 8))
    weights = []
    for codec in ("pcm", "flac"):
        files = [write_examples(tmp_path / codec, 48, audio_codec=codec)]
        network, _ = train(
            network_config,
            config,
            training_batches(files, network_config, config.batch_size, 64, seed=3),
            evaluation_batches(files, network_config, config.batch_size),
        )
        weights.append([np.array(variable) for variable in network.weights])
    for of_samples, of_flac in zip(*weights, strict=True):
        np.testing.assert_array_equal(of_flac, of_samples)
