"""The loop over steps and epochs."""

from __future__ import annotations

import contextlib
import math
import sys
from collections.abc import Callable, Sequence

import keras
import tensorflow as tf

from objects_that_sound.models.networks.avc_network import AvcNetwork
from objects_that_sound.models.training.checkpoint_store import CheckpointStore
from objects_that_sound.models.training.input_clock import InputClock
from objects_that_sound.models.training.interruption import Interruption
from objects_that_sound.models.training.nan_guard import NaNGuard
from objects_that_sound.models.training.plateau import is_plateau
from objects_that_sound.models.training.schedule import Schedule
from objects_that_sound.models.training.shared_statistics import SharedStatistics
from objects_that_sound.models.training.shared_time import SharedTime
from objects_that_sound.models.training.train_step import TrainStep
from objects_that_sound.models.training.training_clock import TrainingClock
from objects_that_sound.models.training.training_state import TrainingState
from objects_that_sound.models.training.variables import read_learning_rate
from objects_that_sound.models.training.weight_average import WeightAverage
from objects_that_sound.models.training.workers import ALONE
from objects_that_sound.models.training_config import TrainingConfig
from objects_that_sound.models.training_history import JUDGE, TrainingHistory

_CHECKPOINT_SECONDS = 300.0
_LOOK_EVERY = 50  # steps, on a GPU, where each look waits for it


class TrainingLoop:
    """Trains a network until the last step, or until it becomes no better.

    With a store it begins where an earlier, killed process left its last checkpoint, and ends with
    what an undisturbed training would have given.

    Args:
        network: compiled with its optimiser, in the scope of the strategy.
        config: the recipe.
        strategy: of `device_strategy`.
        store: of checkpoints; none if missing.
        clock: measures the waiting for batches.
        callbacks: get `on_train_begin` with `step` (already done) and the `curves`;
            `on_train_batch_end` with `last_step`, None where it is not known yet; `on_epoch_end`
            with `step` and the results; `on_train_end`.
        name_videos: tells the ids of the videos of batch number n, for errors.
        examples: number of examples to train on, where it was counted.
        val_split: name of the split that validates.
        time: that all workers agree on, of which each is given batches of its own, of
            `batch_size / count`; a training without others if missing.
    """

    def __init__(
        self,
        network: AvcNetwork,
        config: TrainingConfig,
        strategy: tf.distribute.Strategy,
        store: CheckpointStore | None = None,
        clock: InputClock | None = None,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        name_videos: Callable[[int], list[str]] | None = None,
        examples: int | None = None,
        val_split: str = "eval",
        time: SharedTime | None = None,
    ):
        config.part_size(strategy.num_replicas_in_sync)
        self._time = time or SharedTime(strategy, ALONE)
        self._workers = self._time.workers
        self._network, self._config, self._strategy, self._store = network, config, strategy, store
        self._input_clock = clock or InputClock()
        self._examples, self._val_split = examples, val_split
        self._epoch_steps = config.epoch_steps(examples)
        self._callbacks = list(callbacks)
        for callback in self._callbacks:
            callback.set_model(network)
        self._step = TrainStep(
            network, strategy, config.accumulation_steps, config.gather_embeddings
        )
        self._look_every = _LOOK_EVERY if tf.config.list_logical_devices("GPU") else 1
        self._guard = NaNGuard(self._step, network, strategy, self._look_every, name_videos)
        self._average = WeightAverage(network, strategy) if config.average_weights else None
        self._statistics = SharedStatistics(network, strategy, self._averages())
        self._state = self._restored()
        self._clock = TrainingClock(self._state.clock, self._time)
        self._schedule = Schedule(config, self._epoch_steps, self._clock)
        self._saved_at, self._saved_step = self._time(), self._state.step

    def run(
        self, train_batches: Callable[[int], tf.data.Dataset], eval_batches: tf.data.Dataset
    ) -> TrainingHistory:
        """Trains.

        Args:
            train_batches: gives endless batches from number n on.
            eval_batches: finite.

        Raises:
            RuntimeError: workers found different checkpoints.
            FloatingPointError: a loss, gradient or weight became NaN or infinite.
            KeyboardInterrupt: SIGINT came; there is a checkpoint of the last step.
        """
        state, config = self._state, self._config
        if self._workers.count > 1:
            self._check_same_step()
        self._call("on_train_begin", {"step": state.step, "curves": state.curves})
        batches = self._on_devices(train_batches(state.step))
        eval_batches = self._on_devices(eval_batches)
        with Interruption() as interruption:
            for batch in () if state.ended else self._input_clock.iterate(batches):
                self._network.optimizer.learning_rate = self._schedule.rate(state)
                self._step(state.step + 1, batch)
                state.step += 1
                if config.minutes or state.step % self._look_every == 0:
                    self._time.tick()
                if self._average is not None:
                    self._average.update(state.step)
                self._clock.step_done()
                self._guard.after_step(state.step, batch)
                self._call("on_train_batch_end", state.step - 1, {"last_step": self._last_step()})
                due = state.step % self._epoch_steps == 0
                state.ended = self._schedule.ended(state)
                if due or state.ended:
                    self._statistics.update()
                    with self._average.in_place() if self._average else contextlib.nullcontext():
                        self._end_epoch(eval_batches)
                if self._schedule.falls(state):
                    state.fall_from = state.step
                if due:  # the validation may have shown that it is time
                    state.ended = self._schedule.ended(state)
                if state.ended or interruption.asked or self._checkpoint_is_due():
                    self._save()
                if interruption.asked:
                    raise KeyboardInterrupt
                if state.ended:
                    break
        if self._average is not None:
            self._average.put()
        exported = state.export(self._network)
        self._call("on_train_end")
        return TrainingHistory(
            state.curves,
            exported,
            config.exports_best,
            val_split=self._val_split,
            ended=state.ended,
            examples=self._examples,
            batch_size=config.batch_size,
        )

    def _end_epoch(self, eval_batches: tf.data.Dataset) -> None:
        state, config = self._state, self._config
        results = {name: float(value) for name, value in self._step.results().items()}
        self._guard.check()
        for name, value in self._step.evaluate(eval_batches).items():
            results[f"val_{name}"] = value
        results["learning_rate"] = read_learning_rate(self._network)
        results["seconds"] = self._clock.seconds
        state.end_epoch(results, self._network, keep_best=config.exports_best)
        epoch = len(state.curves["step"]) - 1
        self._call("on_epoch_end", epoch, {"step": state.step, **results})
        if state.ended or state.fall_from is not None or not config.stops_early:
            return
        state.plateau = is_plateau(state.curves[JUDGE], config.patience)
        if state.plateau:
            best = state.best_epoch()
            then = (
                "learning rate falls from now on"
                if self._schedule.falls(state)
                else "training ends"
            )
            print(
                f"no validation was better than that at step {int(state.curves['step'][best])} for "
                f"{epoch - best} epochs: the {then}",
                file=sys.stderr,
            )

    def _last_step(self) -> int | None:
        last = self._schedule.last_step(self._state)
        return None if math.isinf(last) else int(last)

    def _checkpoint_is_due(self) -> bool:
        if self._config.checkpoint_steps:
            return self._state.step % self._config.checkpoint_steps == 0
        return self._time() - self._saved_at >= _CHECKPOINT_SECONDS

    def _save(self) -> None:
        """Writes a checkpoint unless there is one of this step; checks first that it is sound."""
        if self._saved_step == self._state.step:
            return
        self._guard.check()
        self._statistics.update()
        if self._store is not None:
            self._state.clock = self._clock.to_json()
            self._store.save(
                self._state.step, self._state.checkpoint(self._network, self._averages())
            )
        self._saved_at, self._saved_step = self._time(), self._state.step

    def _restored(self) -> TrainingState:
        for checkpoint in self._store.newest() if self._store else ():
            try:
                state = TrainingState.restore(checkpoint, self._network, self._averages())
            except (ValueError, KeyError, TypeError) as error:
                print(f"a checkpoint does not fit: {error}", file=sys.stderr)
                continue
            print(f"going on after step {state.step} of an interrupted training", file=sys.stderr)
            return state
        return TrainingState()

    def _check_same_step(self) -> None:
        own = self._state.step
        chiefs = int(self._time.chiefs(own))
        if own != chiefs:
            raise RuntimeError(
                f"worker {self._workers.index} of {self._workers.count} would go on after step {own}, "
                f"but the chief after step {chiefs}: all workers must see the same folder of "
                "checkpoints, on storage that they share"
            )

    def _averages(self) -> Sequence[keras.Variable]:
        return () if self._average is None else self._average.variables

    def _on_devices(self, batches: tf.data.Dataset) -> tf.data.Dataset:
        devices = self._strategy.num_replicas_in_sync // self._workers.count
        if self._workers.count > 1:  # these are the worker's own already
            if devices > 1:
                size = batches.element_spec["group"].shape[0]
                batches = batches.rebatch(max(size // devices, 1), drop_remainder=True)
            return self._strategy.distribute_datasets_from_function(lambda context: batches)
        if devices > 1:
            return self._strategy.experimental_distribute_dataset(batches)
        gpus = tf.config.list_logical_devices("GPU")
        if gpus:  # copy ahead, while the GPU is busy
            return batches.apply(tf.data.experimental.prefetch_to_device(gpus[0].name, 2))
        return batches

    def _call(self, hook: str, *args) -> None:
        for callback in self._callbacks:
            getattr(callback, hook)(*args)
