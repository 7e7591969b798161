"""Keras's training step on JAX; imports no TensorFlow."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import jax
import jax.numpy as jnp
import keras
import numpy as np


class JaxStep:
    """`Model.train_step`, compiled with the state's buffers donated, as `fit` does it.

    Unlike `fit`, it neither waits for a step's loss nor fetches batches from the host.

    Args:
        network: compiled; its own variables keep their values.
        batches: by input; they are put on the device and taken in turn.
    """

    def __init__(self, network: keras.Model, batches: Sequence[Mapping[str, np.ndarray]]):
        network.optimizer.build(network.trainable_variables)
        # Keras API: "Customizing what happens in fit() with JAX".
        variables = (
            network.trainable_variables,
            network.non_trainable_variables,
            network.optimizer.variables,
            network.metrics_variables,
        )
        # Copies, for donated buffers are gone.
        self._state = tuple([jnp.copy(v.value) for v in group] for group in variables)
        self._batches = [jax.device_put(dict(batch)) for batch in batches]
        self._next = 0
        step = jax.jit(network.train_step, donate_argnums=0)
        self._compiled = step.lower(self._state, self._batches[0]).compile()

    @staticmethod
    def version() -> str:
        """Of the backend."""
        return f"JAX {jax.__version__}"

    @staticmethod
    def chip() -> str:
        """The device's name."""
        return jax.devices()[0].device_kind

    def run(self, steps: int) -> None:
        """Takes so many steps and waits for the last."""
        for _ in range(steps):
            logs = self._step()
        jax.block_until_ready((logs, self._state))

    def losses(self, steps: int) -> list[float]:
        """Takes so many steps on the first batch; the loss before each."""
        losses = []
        for _ in range(steps):
            self._next = 0
            zeros = [jnp.zeros_like(value) for value in self._state[3]]  # else it is a running mean
            self._state = (*self._state[:3], zeros)
            losses.append(float(self._step()["loss"]))
        return losses

    def memory(self) -> int | None:
        """Bytes of state, batch and what lies between, as the compiler planned them."""
        plan = self._compiled.memory_analysis()
        if plan is None:
            return None
        return (
            plan.argument_size_in_bytes
            + plan.output_size_in_bytes
            - plan.alias_size_in_bytes
            + plan.temp_size_in_bytes
        )

    @staticmethod
    def matmul_tflops(size: int, dtype: str, seconds: float) -> float:
        """Rate of products of square matrices, measured for about so long."""
        key = jax.random.key(0)
        left = jax.random.normal(key, (size, size), dtype)
        right = jax.random.normal(key, (size, size), dtype) / size**0.5  # products keep their scale
        product = jax.jit(jnp.matmul)
        product(left, right).block_until_ready()
        count, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            for _ in range(8):
                left = product(left, right)
            left.block_until_ready()
            count += 8
        return 2 * size**3 * count / (time.perf_counter() - start) / 1e12

    def _step(self) -> dict:
        batch = self._batches[self._next % len(self._batches)]
        self._next += 1
        logs, self._state = self._compiled(self._state, batch)
        return logs
