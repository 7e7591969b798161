"""A clock that all workers of a training agree on."""

from __future__ import annotations

import time

import tensorflow as tf

from objects_that_sound.models.training.workers import Workers


class SharedTime:
    """Tells the chief's time, as of the latest `tick`; without other workers just the time.

    What depends on time (the schedule of a bounded training, checkpoints, looks at the figures) must
    happen at the same step everywhere, or workers would wait for each other for ever.

    Args:
        strategy: that connects the workers.
        workers: how many there are.
    """

    def __init__(self, strategy: tf.distribute.Strategy, workers: Workers):
        self._strategy, self.workers = strategy, workers
        self._devices = strategy.num_replicas_in_sync // workers.count  # of each worker
        self._exchange = tf.function(self._sum, autograph=False)
        self._seconds = 0.0
        self.tick()

    def __call__(self) -> float:
        """Seconds, as `time.monotonic` counts them."""
        return time.monotonic() if self.workers.count == 1 else self._seconds

    def tick(self) -> None:
        """Asks the chief, which all workers must do at once; waits for those who do not yet."""
        if self.workers.count > 1:
            self._seconds = self.chiefs(time.monotonic())

    def chiefs(self, value: float) -> float:
        """The value that the chief calls this with; all workers must call it at once."""
        own = value if self.workers.is_chief else 0.0
        return float(self._exchange(tf.constant(own, tf.float64)))

    def _sum(self, value: tf.Tensor) -> tf.Tensor:
        each = self._strategy.run(lambda: value / self._devices)
        return self._strategy.reduce(tf.distribute.ReduceOp.SUM, each, axis=None)
