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
            tf.errors.NotFoundError: a name is no tensor's.
            tf.errors.InvalidArgumentError: two of the inputs are one tensor.
        """
        feeds = {_full_name(name): self._output(name) for name in inputs}
        if len(feeds) < len(inputs):
            words = f"an endpoint is fed more than once: {', '.join(inputs)}"
            raise tf.errors.InvalidArgumentError(None, None, words)
        fetches = [self._output(name) for name in outputs]

        def run(arrays: Sequence[np.ndarray], options: config_pb2.RunOptions) -> list:
            fed = dict(zip(feeds.values(), arrays, strict=True))
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
        try:
            return self._graph.get_tensor_by_name(_full_name(name))._as_tf_output()
        except (KeyError, ValueError) as error:
            words = f"the signature names a tensor that the graph does not have: {name}"
            raise tf.errors.NotFoundError(None, None, words) from error


def _full_name(name: str) -> str:
    """A tensor's name as Python needs it: in C++, ":0" may be left out."""
    return name if ":" in name else f"{name}:0"
