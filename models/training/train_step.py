"""One optimiser step, and the validation."""

from __future__ import annotations

from collections.abc import Iterable

import keras
import tensorflow as tf

from objects_that_sound.models.networks.avc_network import AvcNetwork
from objects_that_sound.models.training.devices import gather

Batch = dict[str, tf.Tensor]


class TrainStep:
    """Runs steps on all devices of a strategy, compiled.

    A batch is split over the devices, and there into `accumulation_steps` parts that are taken one
    after the other. Each part makes its own pairs, or those of the parts that all devices take at
    once; then each device has the loss of them all. The optimiser takes the mean of all gradients
    once, so that learning rate, weight decay and Adam's moments know of steps only. (Keras's own
    `gradient_accumulation_steps` advances the learning rate with every part.)

    Args:
        network: compiled with its optimiser, in the scope of the strategy.
        strategy: of `device_strategy`.
        accumulation_steps: see TrainingConfig.
        gather_embeddings: see TrainingConfig; without effect on one device.
    """

    def __init__(
        self,
        network: AvcNetwork,
        strategy: tf.distribute.Strategy,
        accumulation_steps: int = 1,
        gather_embeddings: bool = False,
    ):
        self._network = network
        self._strategy = strategy
        self._parts = accumulation_steps
        self._devices = strategy.num_replicas_in_sync
        network.gather = gather if gather_embeddings and self._devices > 1 else None
        [self._loss] = [metric for metric in network.metrics if metric.name == "loss"]
        # Number of the first step with a loss or gradient that is not finite, or none. It stays on
        # the device until somebody asks, for asking means to wait for all steps so far.
        self._first_bad = tf.Variable(-1, dtype=tf.int64, trainable=False)
        # Gradients may overflow under a dynamic loss scale, which then skips the step.
        self._check_gradients = not isinstance(
            network.optimizer, keras.optimizers.LossScaleOptimizer
        )
        # XLA makes training on a CPU slower, and does not compile the exchange between devices.
        gpu = bool(tf.config.list_logical_devices("GPU"))
        xla = gpu and self._devices == 1
        autograph = tf.autograph.experimental.do_not_convert
        self._replica_gradients = tf.function(autograph(self._gradients), jit_compile=xla)
        self._run = tf.function(autograph(self._run_on_devices))
        self._evaluate = tf.function(
            lambda batch: strategy.run(self._evaluate_replica, args=(batch,)), autograph=False
        )

    def __call__(self, number: int, batch: Batch) -> None:
        """Takes step `number` (from 1) on a batch (of a distributed dataset)."""
        self._run(tf.constant(number, tf.int64), batch)

    def first_bad_step(self) -> int | None:
        """Number of the first step whose loss or gradient was not finite; waits for the device."""
        number = int(self._first_bad.numpy())
        return None if number < 0 else number

    def results(self) -> dict[str, tf.Tensor]:
        """Means of the loss and the metrics since the last `reset`."""
        return self._network.get_metrics_result()

    def reset(self) -> None:
        """Begins new means."""
        self._network.reset_metrics()

    def evaluate(self, batches: Iterable[Batch]) -> dict[str, float]:
        """Loss and metrics in inference over batches (of a distributed dataset)."""
        self.reset()
        for batch in batches:
            self._evaluate(batch)
        results = {name: float(value) for name, value in self.results().items()}
        self.reset()
        return results

    def _run_on_devices(self, number: tf.Tensor, batch: Batch) -> None:
        bad = self._strategy.run(self._replica_step, args=(batch,))
        bad = self._strategy.reduce(tf.distribute.ReduceOp.SUM, bad, axis=None) > 0
        first = tf.logical_and(bad, self._first_bad < 0)
        self._first_bad.assign(tf.where(first, number, self._first_bad))

    def _replica_step(self, batch: Batch) -> tf.Tensor:
        if self._devices == 1:
            gradients, bad = self._replica_gradients(batch)
        else:  # batch normalisation's statistics can't be exchanged inside another function
            gradients, bad = self._gradients(batch)
        self._network.optimizer.apply_gradients(
            zip(gradients, self._network.trainable_variables, strict=True)
        )
        return bad

    def _gradients(self, batch: Batch) -> tuple[list[tf.Tensor], tf.Tensor]:
        """The mean of the gradients of a device's parts, and 1 if something is not finite."""
        if self._parts == 1:
            gradients, loss = self._part_gradients(batch)
        else:
            gradients, loss = self._accumulated(batch)
        # The optimiser adds up those of all devices.
        gradients = [gradient / self._devices for gradient in gradients]
        finite = tf.math.is_finite(loss)
        if self._check_gradients:
            finite = tf.logical_and(finite, tf.math.is_finite(tf.linalg.global_norm(gradients)))
        return gradients, tf.cast(tf.logical_not(finite), tf.int32)

    def _accumulated(self, batch: Batch) -> tuple[list[tf.Tensor], tf.Tensor]:
        parts = {
            name: tf.reshape(value, [self._parts, value.shape[0] // self._parts, *value.shape[1:]])
            for name, value in batch.items()
        }

        def add(part, total, losses):
            gradients, loss = self._part_gradients({name: v[part] for name, v in parts.items()})
            total = [t + g / self._parts for t, g in zip(total, gradients, strict=True)]
            return part + 1, total, losses + loss

        total = [tf.zeros_like(variable) for variable in self._network.trainable_variables]
        state = (0, total, tf.constant(0.0))
        if self._devices == 1:
            # A loop, so that only one part's activations are in memory.
            state = tf.while_loop(
                lambda part, *_: part < self._parts,
                add,
                (tf.constant(0), *state[1:]),
                parallel_iterations=1,
            )
        else:  # as for functions
            for _ in range(self._parts):
                state = add(*state)
        return state[1], state[2]

    def _part_gradients(self, part: Batch) -> tuple[list[tf.Tensor], tf.Tensor]:
        network = self._network
        with tf.GradientTape() as tape:
            outputs = network(part, training=True)
            if network.gather is not None:
                part = part | {"group": network.gather(part["group"])}
            loss = network.compute_loss(x=part, y_pred=outputs, training=True)
            scaled = network.optimizer.scale_loss(loss)
        gradients = tape.gradient(
            scaled, network.trainable_variables, unconnected_gradients=tf.UnconnectedGradients.ZERO
        )
        self._loss.update_state(loss)
        network.compute_metrics(part, None, outputs)
        return gradients, loss

    def _evaluate_replica(self, batch: Batch) -> None:
        outputs = self._network(batch, training=False)
        loss = self._network.compute_loss(x=batch, y_pred=outputs, training=False)
        self._loss.update_state(loss)
        self._network.compute_metrics(batch, None, outputs)
