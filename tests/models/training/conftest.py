"""Batches in which a colour goes with a tone, without files."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import tensorflow as tf

_COLOURS = np.array([(230, 30, 30), (30, 200, 30), (40, 40, 230), (220, 220, 40)])
_TONES = np.array([50, 110, 200, 310])  # in Hz


@pytest.fixture(scope="session")
def make_batches() -> Callable[..., tf.data.Dataset]:
    """`make_batches(config, batch_size, count)`: a dataset, the same each time."""

    def make(config, batch_size: int, count: int, seed: int = 0) -> tf.data.Dataset:
        rng = np.random.default_rng(seed)
        kinds = rng.integers(0, 4, [count * batch_size])
        size, rate = config.crop_size, config.sample_rate
        noise = rng.normal(0, 12, [len(kinds), size, size, 3])
        images = np.clip(_COLOURS[kinds][:, None, None] + noise, 0, 255).astype(np.uint8)
        phase = 2 * np.pi * _TONES[kinds][:, None] * np.arange(rate) / rate
        sounds = 12000 * np.sin(phase + rng.uniform(0, 6, [len(kinds), 1]))
        examples = {
            "image": images,
            "audio": sounds.astype(np.int16),
            "group": kinds.astype(np.int64),
        }
        return tf.data.Dataset.from_tensor_slices(examples).batch(batch_size, drop_remainder=True)

    return make
