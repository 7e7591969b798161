import keras
import numpy as np
import pytest
import tensorflow as tf

from objects_that_sound.models.layers.batch_normalization import BatchNormalization


def make(kind, shape, rng):
    layer = kind(momentum=0.7)
    layer.build(shape)
    channels = shape[-1]
    layer.set_weights(
        [
            rng.normal(size=channels),
            rng.normal(size=channels),
            rng.normal(size=channels),
            rng.uniform(0.5, 2, channels),
        ]
    )
    return layer


def trained(layer, maps, weights):
    with tf.GradientTape() as tape:
        tape.watch(maps)
        outputs = layer(maps, training=True)
        loss = tf.reduce_sum(tf.square(outputs) * weights)
    gradients = tape.gradient(loss, [maps, *[v.value for v in layer.trainable_variables]])
    return [outputs, *gradients, *[v.value for v in layer.non_trainable_variables]]


@pytest.mark.parametrize("shape", [(5, 4, 3, 6), (9, 6)])
def test_results_gradients_and_statistics_are_those_of_keras(shape):
    maps = tf.constant(np.random.default_rng(0).normal(2, 3, shape), tf.float32)
    weights = tf.constant(np.random.default_rng(1).normal(size=shape), tf.float32)
    ours, theirs = (
        trained(make(kind, shape, np.random.default_rng(2)), maps, weights)
        for kind in (BatchNormalization, keras.layers.BatchNormalization)
    )
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-4, atol=2e-4)


def test_inference_uses_the_moving_statistics():
    maps = tf.constant(np.random.default_rng(0).normal(size=(2, 3, 3, 4)), tf.float32)
    ours, theirs = (
        make(kind, maps.shape, np.random.default_rng(2))(maps)
        for kind in (BatchNormalization, keras.layers.BatchNormalization)
    )
    np.testing.assert_array_equal(ours, theirs)


def test_frozen_statistics_stay():
    layer = make(BatchNormalization, (2, 3, 3, 4), np.random.default_rng(2))
    layer.trainable = False
    before = [value.copy() for value in layer.get_weights()]
    layer(np.ones((2, 3, 3, 4), "float32"), training=True)
    np.testing.assert_array_equal(before, layer.get_weights())


def test_16_bit_floats_are_normalised_in_float32():
    layer = BatchNormalization(dtype="mixed_float16")
    maps = np.repeat([3e4, -3e4], 64).astype("float16").reshape(2, 8, 8, 1)
    outputs = layer(maps, training=True)
    assert outputs.dtype == tf.float16
    np.testing.assert_allclose(np.unique(outputs), [-1, 1], atol=1e-3)
