"""Keras layers, written with `keras.ops` only so that they run on every Keras backend."""
