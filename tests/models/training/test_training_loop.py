from __future__ import annotations

import itertools
import os
import signal

import keras
import numpy as np
import pytest
import tensorflow as tf

from objects_that_sound.models.networks.factory import build_network
from objects_that_sound.models.training.checkpoint_store import CheckpointStore
from objects_that_sound.models.training.training_loop import TrainingLoop
from objects_that_sound.models.training_config import TrainingConfig


class _Events(keras.callbacks.Callback):
    def __init__(self, stop_at: int | None = None):
        super().__init__()
        self.events: list = []
        self._stop_at = stop_at

    def on_train_begin(self, logs=None):
        self.events.append(("begin", logs["step"]))

    def on_train_batch_end(self, batch, logs=None):
        self.events.append(batch)
        if batch + 1 == self._stop_at:
            raise KeyboardInterrupt

    def on_epoch_end(self, epoch, logs=None):
        self.events.append(("epoch", epoch, logs["step"], sorted(logs)))

    def on_train_end(self, logs=None):
        self.events.append("end")


@pytest.fixture(scope="module")
def network_config(tiny_config):
    return tiny_config("ave", filters=(4,))


@pytest.fixture
def store(tmp_path) -> CheckpointStore:
    return CheckpointStore(str(tmp_path / "checkpoints"))


def _loop(network_config, config, store=None, events=None, **kwargs) -> TrainingLoop:
    network = build_network(network_config, seed=1)
    network.compile(keras.optimizers.AdamW(config.learning_rate))
    network.optimizer.build(network.trainable_variables)
    callbacks = [events] if events else []
    strategy = tf.distribute.get_strategy()
    return TrainingLoop(network, config, strategy, store, callbacks=callbacks, **kwargs)


def _config(**changes) -> TrainingConfig:
    values = {"batch_size": 8, "steps": 7, "steps_per_epoch": 3, "learning_rate": 1e-3}
    return TrainingConfig(**values | changes)


def test_epochs_and_steps_are_told_in_order(network_config, make_batches):
    events = _Events()
    batches = make_batches(network_config, 8, 7)
    _loop(network_config, _config(), events=events).run(batches.skip, batches.take(1))
    names = ["avc_accuracy", "learning_rate", "loss", "seconds", "step"]
    names += ["val_avc_accuracy", "val_loss"]
    assert events.events == [
        ("begin", 0),
        *(0, 1, 2, ("epoch", 0, 3, names)),
        *(3, 4, 5, ("epoch", 1, 6, names)),
        *(6, ("epoch", 2, 7, names)),
        "end",
    ]


class _CtrlC(keras.callbacks.Callback):
    """Ctrl-C while a step is at work."""

    def on_train_batch_end(self, batch, logs=None):
        if batch == 2:
            os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_ends_it_after_the_step_with_a_checkpoint(network_config, make_batches, store):
    batches = make_batches(network_config, 8, 7)
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        _loop(network_config, _config(), store, _CtrlC()).run(batches.skip, batches.take(1))
    assert [checkpoint.state["step"] for checkpoint in store.newest()] == [3]
    assert signal.getsignal(signal.SIGINT) is before
    events = _Events()
    _loop(network_config, _config(), store, events).run(batches.skip, batches.take(1))
    assert events.events[:2] == [("begin", 3), 3]


@pytest.mark.parametrize("average", [False, True], ids=["last", "averaged"])
def test_it_goes_on_from_the_last_checkpoint(network_config, make_batches, store, capsys, average):
    batches = make_batches(network_config, 8, 7)
    whole = _loop(network_config, _config(average_weights=average))
    wanted = whole.run(batches.skip, batches.take(1))
    config = _config(checkpoint_steps=2, average_weights=average)
    with pytest.raises(KeyboardInterrupt):
        _loop(network_config, config, store, _Events(stop_at=6)).run(batches.skip, batches.take(1))
    events = _Events()
    again = _loop(network_config, config, store, events)
    got = again.run(batches.skip, batches.take(1))
    assert events.events[:2] == [("begin", 4), 4]
    assert "going on after step 4" in capsys.readouterr().err
    assert got.curves.keys() == wanted.curves.keys()
    for name, values in wanted.curves.items():
        if name != "seconds":
            assert got.curves[name] == pytest.approx(values, rel=1e-5), name
    seconds = got.curves["seconds"]
    assert seconds == sorted(seconds)  # the earlier process' time counts
    for there, here in zip(again._network.weights, whole._network.weights, strict=True):
        np.testing.assert_allclose(there, here, atol=1e-6)
    # Once more: all is done already.
    last = _Events()
    assert _loop(network_config, config, store, last).run(batches.skip, batches) == got
    assert last.events == [("begin", 7), "end"]


def test_a_checkpoint_of_another_network_is_left_alone(tiny_config, make_batches, store, capsys):
    small, large = tiny_config("ave", filters=(4,)), tiny_config("ave", filters=(8,))
    batches = make_batches(small, 8, 7)
    _loop(small, _config(checkpoint_steps=2), store).run(batches.skip, batches.take(1))
    events = _Events(stop_at=1)
    with pytest.raises(KeyboardInterrupt):
        _loop(large, _config(), store, events).run(batches.skip, batches.take(1))
    assert events.events[0] == ("begin", 0)
    assert "does not fit" in capsys.readouterr().err


def test_it_stops_early_and_gives_the_best_weights(network_config, make_batches, capsys):
    config = _config(steps=60, steps_per_epoch=2, patience=3, restore_best=True, learning_rate=0.3)
    batches = make_batches(network_config, 8, 20)
    loop = _loop(network_config, config)
    history = loop.run(batches.repeat().skip, batches.take(2))
    accuracies = history.curves["val_avc_accuracy"]
    best = int(np.argmax(accuracies))
    assert len(accuracies) == best + 1 + 3 < 30
    assert (history.exported, history.chosen, history.ended) == (best, True, "plateau")
    assert f"that at step {2 * (best + 1)} for 3 epochs" in capsys.readouterr().err
    again = loop._step.evaluate(batches.take(2))
    assert again["avc_accuracy"] == pytest.approx(accuracies[best], abs=1e-6)


def test_averaged_weights_are_validated_and_exported_but_not_trained_on(
    network_config, make_batches
):
    batches = make_batches(network_config, 8, 7)
    plain, averaged = (
        _loop(network_config, _config(learning_rate=0.1, average_weights=average))
        for average in (False, True)
    )
    last, mean = (loop.run(batches.skip, batches.take(2)).curves for loop in (plain, averaged))
    assert mean["loss"] == pytest.approx(last["loss"], rel=1e-4)  # the same steps
    assert mean["val_loss"][-1] != pytest.approx(last["val_loss"][-1], rel=1e-4)
    again = averaged._step.evaluate(batches.take(2))
    assert again["loss"] == pytest.approx(mean["val_loss"][-1], rel=1e-5)


def _finding(**changes) -> TrainingConfig:
    """A recipe whose length is to be found."""
    fields = {"steps": 0, "steps_per_epoch": 2, "learning_rate_decay": "plateau", "patience": 3}
    return _config(**fields | changes)


def test_how_long_to_train_is_found(network_config, make_batches, capsys):
    batches = make_batches(network_config, 8, 20)
    loop = _loop(network_config, _finding(learning_rate=0.1))
    history = loop.run(batches.repeat().skip, batches.take(2))
    steps, accuracies = history.curves["step"], history.curves["val_avc_accuracy"]
    rates = history.curves["learning_rate"]
    fall = loop._state.fall_from
    assert fall == steps[steps.index(fall)]  # at the end of an epoch
    stayed = accuracies[: steps.index(fall) + 1]
    assert len(stayed) - 1 - int(np.argmax(stayed)) == 3
    assert steps[-1] == fall + round(fall / 4)
    assert rates[steps.index(fall)] == pytest.approx(max(rates))
    assert rates[-1] < 0.7 * max(rates)
    assert history.ended == "plateau"
    best = int(np.argmax(accuracies))
    assert (history.exported, history.chosen) == (best, True)
    again = loop._step.evaluate(batches.take(2))
    assert again["avc_accuracy"] == pytest.approx(accuracies[best], abs=1e-6)
    assert "for 3 epochs: the learning rate falls from now on" in capsys.readouterr().err


def test_a_found_length_is_found_again_after_an_interruption(network_config, make_batches, store):
    batches = make_batches(network_config, 8, 20).repeat()
    config = _finding(learning_rate=0.1, checkpoint_steps=1)
    whole = _loop(network_config, config)
    wanted = whole.run(batches.skip, batches.take(2))
    fall = whole._state.fall_from
    for stop_at in (fall - 1, fall + 1):  # before the fall begins, and within it
        with pytest.raises(KeyboardInterrupt):
            _loop(network_config, config, store, _Events(stop_at=stop_at)).run(
                batches.skip, batches.take(2)
            )
    got = _loop(network_config, config, store).run(batches.skip, batches.take(2))
    assert (got.exported, got.ended) == (wanted.exported, wanted.ended)
    for name in ("step", "learning_rate", "val_avc_accuracy"):
        assert got.curves[name] == pytest.approx(wanted.curves[name], rel=1e-4), name


def test_an_epoch_is_found_from_the_number_of_examples(network_config, make_batches):
    batches = make_batches(network_config, 8, 20).repeat()
    config = _config(steps=50, steps_per_epoch=0)
    history = _loop(network_config, config, examples=180).run(batches.skip, batches.take(1))
    assert history.curves["step"] == [23, 46, 50]  # 180 / 8, rounded up
    assert history.examples == 180
    with pytest.raises(ValueError, match="needs the number of examples"):
        _loop(network_config, config)


def test_minutes_end_a_training_with_a_validation_of_what_it_gives(network_config, make_batches):
    batches = make_batches(network_config, 8, 20).repeat()
    config = _config(steps=100_000, steps_per_epoch=100_000, minutes=0.02)
    history = _loop(network_config, config).run(batches.skip, batches.take(1))
    assert history.ended == "minutes"
    assert history.curves["step"][-1] < 100_000
    assert len(history.curves["val_avc_accuracy"]) == 1


class _Poison(keras.callbacks.Callback):
    """Spoils a weight after a step."""

    def __init__(self, step: int):
        super().__init__()
        self._step = step

    def on_train_batch_end(self, batch, logs=None):
        if batch + 1 == self._step:
            self.model.weights[0].assign(self.model.weights[0] * np.nan)


def test_weights_that_are_not_finite_are_never_kept(network_config, make_batches, store):
    batches = make_batches(network_config, 8, 7)
    with pytest.raises(FloatingPointError, match=r"Weights .* after step 4: .*Nothing of it"):
        _loop(network_config, _config(checkpoint_steps=2), store, _Poison(4)).run(
            batches.skip, batches.take(1)
        )
    assert [checkpoint.state["step"] for checkpoint in store.newest()] == [2]


def test_the_error_names_step_videos_and_what_to_do(network_config, make_batches, store):
    batches = make_batches(network_config, 8, 7)
    asked = []

    def name_videos(batch: int) -> list[str]:
        asked.append(batch)
        return [f"video{i}" for i in itertools.chain(range(10), range(3))]

    loop = _loop(network_config, _config(), store, _Poison(4), name_videos=name_videos)
    message = (
        r"at step 5, .* the videos video0, .*video7 and 2 more\. .*Lower learning_rate \(0.001"
    )
    with pytest.raises(FloatingPointError, match=message):
        loop.run(batches.skip, batches.take(1))
    assert asked == [4]  # counted from 0


def test_groups_are_named_where_videos_can_not_be(network_config, make_batches):
    batches = make_batches(network_config, 8, 7)
    [fourth] = batches.skip(4).take(1)
    loop = _loop(network_config, _config(), None, _Poison(4))
    with pytest.raises(FloatingPointError) as error:
        loop.run(batches.skip, batches.take(1))
    for group in set(fourth["group"].numpy().tolist()):
        assert str(group) in str(error.value)
