"""Keras's training step on TensorFlow."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import keras
import numpy as np
import tensorflow as tf


class TensorFlowStep:
    """`Model.train_step` as a graph, compiled by XLA on a GPU (on a CPU that is slower).

    Unlike `fit`, it neither waits for a step's loss nor fetches batches from the host. Arguments and
    methods as JaxStep's.
    """

    def __init__(self, network: keras.Model, batches: Sequence[Mapping[str, np.ndarray]]):
        network.optimizer.build(network.trainable_variables)
        self._network = network
        self._batches = [
            {name: tf.identity(tf.constant(values)) for name, values in batch.items()}
            for batch in batches
        ]
        self._next = 0
        self._gpu = bool(tf.config.list_physical_devices("GPU"))
        self._compiled = tf.function(network.train_step, jit_compile=self._gpu)
        if self._gpu:
            tf.config.experimental.reset_memory_stats("GPU:0")
        self.run(1)

    @staticmethod
    def version() -> str:
        """Of the backend."""
        return f"TensorFlow {tf.__version__}"

    @staticmethod
    def chip() -> str:
        """The device's name."""
        devices = tf.config.list_physical_devices("GPU")
        if not devices:
            return "cpu"
        return tf.config.experimental.get_device_details(devices[0]).get("device_name", "GPU")

    def run(self, steps: int) -> None:
        """Takes so many steps and waits for the last."""
        for _ in range(steps):
            logs = self._step()
        float(logs["loss"])  # waits
        np.array(self._network.trainable_variables[-1])  # for the update too

    def losses(self, steps: int) -> list[float]:
        """Takes so many steps on the first batch; the loss before each."""
        losses = []
        for _ in range(steps):
            self._next = 0
            self._network.reset_metrics()  # else it is a running mean
            losses.append(float(self._step()["loss"]))
        return losses

    def memory(self) -> int | None:
        """Greatest number of bytes in use on the GPU since this was made."""
        return tf.config.experimental.get_memory_info("GPU:0")["peak"] if self._gpu else None

    @staticmethod
    def matmul_tflops(size: int, dtype: str, seconds: float) -> float:
        """Rate of products of square matrices, measured for about so long."""
        left = tf.cast(tf.random.normal([size, size]), dtype)
        right = tf.cast(tf.random.normal([size, size]) / size**0.5, dtype)

        @tf.function
        def products(left):
            for _ in range(8):
                left = tf.matmul(left, right)
            return left

        np.array(products(left)[0, 0])
        count, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            left = products(left)
            float(left[0, 0])  # waits
            count += 8
        return 2 * size**3 * count / (time.perf_counter() - start) / 1e12

    def _step(self) -> dict:
        batch = self._batches[self._next % len(self._batches)]
        self._next += 1
        return self._compiled(batch)
