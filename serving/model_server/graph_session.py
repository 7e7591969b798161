"""A TensorFlow session that feeds arrays of any shape, as tensorflow_model_server's does."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import config_pb2

# What `tf.compat.v1.Session.run` itself calls. It compares shapes before that, with those that it
# has inferred; TensorFlow Serving, in C++, leaves them to the graph.
from tensorflow.python.client import pywrap_tf_session

Step = Callable[[Sequence[np.ndarray], config_pb2.RunOptions], list]


class GraphSession:
    """A SavedModel's graph and its variables. Thread-safe."""

    def __init__(
        self, folder: str, tags: Sequence[str], config: config_pb2.ConfigProto | None = None
    ):
        """Loads it.

        Args:
            folder: of the SavedModel.
            tags: of the graph.
            config: threads, memory and so on.

        Raises:
            Exception: TensorFlow cannot load it; usually a `tf.errors.OpError`.
        """
        self._graph = tf.Graph()
        self._session = tf.compat.v1.Session(graph=self._graph, config=config)
        try:
            with self._graph.as_default():
                tf.compat.v1.saved_model.load(self._session, list(tags), folder)
            self._graph.finalize()
            self._session._extend_graph()
        except BaseException:
            self._session.close()
            raise

    def step(self, inputs: Sequence[str], outputs: Sequence[str]) -> Step:
        """A function that runs the graph from some tensors to others, given by their names.

        Raises:
            KeyError: a name is no tensor's.
        """
        feeds = [self._output(name) for name in inputs]
        fetches = [self._output(name) for name in outputs]

        def run(arrays: Sequence[np.ndarray], options: config_pb2.RunOptions) -> list:
            fed = dict(zip(feeds, arrays, strict=True))
            buffer = pywrap_tf_session.TF_NewBufferFromString(options.SerializeToString())
            try:
                return pywrap_tf_session.TF_SessionRun_wrapper(
                    self._session._session, buffer, fed, fetches, [], None
                )
            finally:
                pywrap_tf_session.TF_DeleteBuffer(buffer)

        return run

    def close(self) -> None:
        """Ends the steps under way with a `tf.errors.CancelledError`, and takes no more."""
        self._session.close()

    def _output(self, name: str) -> object:
        return self._graph.get_tensor_by_name(name)._as_tf_output()
