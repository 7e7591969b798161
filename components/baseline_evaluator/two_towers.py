"""An AVC baseline without labels: two small networks on global statistics."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf

from objects_that_sound.components.baseline_evaluator.best_threshold import best_threshold
from objects_that_sound.components.evaluation.mismatched_sounds import mismatched_sounds
from objects_that_sound.components.evaluation.stable_hash import stable_hash
from objects_that_sound.models.losses.info_nce import info_nce
from objects_that_sound.models.losses.pair_masks import all_pairs

_HELD_OUT = 5
"""Of so many groups one is held out of training: it chooses the best step and the threshold."""
_STEPS, _STEPS_BETWEEN_CHECKS = 600, 50
_BATCH = 256
_WIDTH, _EMBEDDING = 64, 32
_FARTHEST = 4.0
"""Deviations beyond which a statistic says no more."""


class TwoTowers:
    """Maps statistics of frames and of sounds to unit vectors that are near where both correspond.

    Each tower has one hidden layer. They are trained by the networks' own contrastive loss
    (`models.losses.info_nce`), on as many examples as BaselineEvaluator is given.
    """

    def __init__(self, seed: int = 0):
        """Creates an unfitted baseline; `seed` chooses weights, batches and held-out groups."""
        self._seed = seed
        self.threshold = 0.0

    def fit(self, frames: np.ndarray, sounds: np.ndarray, groups: Sequence[str]) -> TwoTowers:
        """Learns both towers, and the threshold above which a pair corresponds.

        Args:
            frames: float[examples, f], statistics of the frames.
            sounds: float[examples, s], statistics of the sounds.
            groups: group of videos of each example.

        Returns:
            This object.

        Raises:
            ValueError: there are too few groups to hold some out.
        """
        names = sorted(set(groups), key=lambda name: (stable_hash(self._seed, name), name))
        count = max(2, len(names) // _HELD_OUT)
        if len(names) < 2 + count:
            raise ValueError(f"four groups of videos are needed, but there are {len(names)}")
        held = np.isin(np.asarray(groups), names[:count])
        self._scale_frames, self._scale_sounds = _scaling(frames[~held]), _scaling(sounds[~held])
        self._frames = _tower(frames.shape[1], self._seed)
        self._sounds = _tower(sounds.shape[1], self._seed + 1)
        number = np.unique(np.asarray(groups), return_inverse=True)[1].astype(np.int32)
        self._train(self._scale_frames(frames), self._scale_sounds(sounds), number, held)
        keys = [str(row) for row in np.flatnonzero(held)]
        other = mismatched_sounds(keys, [groups[int(key)] for key in keys], self._seed)
        of_frames, of_sounds = self.embed_frames(frames[held]), self.embed_sounds(sounds[held])
        place = {key: row for row, key in enumerate(keys)}
        mismatched = of_sounds[[place[other[key]] for key in keys]]
        self.threshold = best_threshold(
            (of_frames * of_sounds).sum(1), (of_frames * mismatched).sum(1)
        )
        return self

    def embed_frames(self, frames: np.ndarray) -> np.ndarray:
        """Maps float[n, f] to float32[n, 32], of unit length."""
        return self._frames(self._scale_frames(frames), training=False).numpy()

    def embed_sounds(self, sounds: np.ndarray) -> np.ndarray:
        """Maps float[n, s] to float32[n, 32], of unit length."""
        return self._sounds(self._scale_sounds(sounds), training=False).numpy()

    def decide(self, frames: np.ndarray, sounds: np.ndarray) -> np.ndarray:
        """Says which pairs correspond.

        Args:
            frames: float[pairs, 32], of `embed_frames`.
            sounds: float[pairs, 32], of `embed_sounds`.

        Returns:
            bool[pairs].
        """
        return (frames * sounds).sum(1) > self.threshold

    def _train(
        self, frames: np.ndarray, sounds: np.ndarray, group: np.ndarray, held: np.ndarray
    ) -> None:
        """Keeps the weights of the step with the least loss on the examples that are held out."""
        optimizer = keras.optimizers.AdamW(3e-3, weight_decay=1e-2)
        weights = [*self._frames.trainable_variables, *self._sounds.trainable_variables]
        optimizer.build(weights)

        def loss_of(batch, training: bool):
            seen, heard, its_group = batch
            similarities = tf.matmul(
                self._frames(seen, training=training),
                self._sounds(heard, training=training),
                transpose_b=True,
            )
            return info_nce(similarities, *all_pairs(its_group))

        @tf.function(reduce_retracing=True)
        def step(*batch):
            with tf.GradientTape() as tape:
                loss = loss_of(batch, True)
            optimizer.apply(tape.gradient(loss, weights), weights)

        def rows_of(rows: np.ndarray) -> tuple[tf.Tensor, ...]:
            return tuple(tf.constant(one[rows]) for one in (frames, sounds, group))

        random = np.random.default_rng(self._seed)
        learned = np.flatnonzero(~held)
        check = rows_of(random.permutation(np.flatnonzero(held))[: 4 * _BATCH])
        best, kept = np.inf, [one.numpy() for one in weights]
        for number in range(1, _STEPS + 1):
            step(*rows_of(random.choice(learned, min(_BATCH, len(learned)), replace=False)))
            if number % _STEPS_BETWEEN_CHECKS == 0:
                loss = float(loss_of(check, False))
                if loss < best:
                    best, kept = loss, [one.numpy() for one in weights]
        for variable, value in zip(weights, kept, strict=True):
            variable.assign(value)


def _tower(inputs: int, seed: int) -> keras.Sequential:
    return keras.Sequential(
        [
            keras.Input([inputs]),
            keras.layers.Dense(
                _WIDTH, "relu", kernel_initializer=keras.initializers.HeNormal(seed)
            ),
            keras.layers.Dropout(0.2, seed=seed),
            keras.layers.Dense(
                _EMBEDDING, kernel_initializer=keras.initializers.GlorotNormal(seed)
            ),
            keras.layers.UnitNormalization(),
        ]
    )


def _scaling(statistics: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Learns to scale each statistic to mean 0 and deviation 1; one that never changes becomes 0."""
    mean, deviation = statistics.mean(0), statistics.std(0)
    scale = np.where(deviation > 1e-6, 1 / np.maximum(deviation, 1e-6), 0.0)
    return lambda found: np.clip((found - mean) * scale, -_FARTHEST, _FARTHEST).astype(np.float32)
