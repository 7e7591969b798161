"""The words of a graph's error."""

from __future__ import annotations

import pytest
import tensorflow as tf

from objects_that_sound.serving.graph_error import first_words


def test_the_traces_of_a_graph_are_left_out():
    @tf.function(input_signature=[tf.TensorSpec([], tf.int32)])
    def check(k):
        with tf.control_dependencies([tf.debugging.assert_positive(k, "k must be positive")]):
            return tf.identity(k)

    with pytest.raises(tf.errors.InvalidArgumentError) as found:
        check(tf.constant(0))
    words = first_words(found.value.message)
    assert words.startswith("assertion failed: [k must be positive")
    assert "\n" not in words and "[[" not in words


@pytest.mark.parametrize("message", ["no such file", "Graph execution error:", "[[node]]"])
def test_another_message_is_not_lost(message):
    assert first_words(message) == message
