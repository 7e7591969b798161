"""One loaded SavedModel."""

from __future__ import annotations

import functools
import threading
from collections.abc import Mapping, Sequence

import grpc
import numpy as np
import tensorflow as tf
from tensorflow.core.framework import types_pb2
from tensorflow.core.protobuf import config_pb2, meta_graph_pb2

from objects_that_sound.serving.graph_error import first_words
from objects_that_sound.serving.model_server import tensor_proto
from objects_that_sound.serving.model_server.batch_scheduler import BatchScheduler
from objects_that_sound.serving.model_server.graph_session import GraphSession, Step
from objects_that_sound.serving.model_server.image_limit import check_images
from objects_that_sound.serving.model_server.serving_error import ServingError
from objects_that_sound.serving.model_server.version_folder import VersionFolder

DEFAULT_SIGNATURE = "serving_default"

_INTERNAL_SIGNATURE_PREFIX = "__saved_model_"


class Servable:
    """A SavedModel in memory, run through its signatures on numpy arrays. Thread-safe.

    A graph and a session, as in TensorFlow Serving itself: fetches are pruned to the outputs asked
    for, a run can have a deadline, and `close` frees the variables at once.

    Attributes:
        path: the version's folder.
        version: its number.
        signatures: every SignatureDef, by name.
    """

    def __init__(
        self,
        folder: VersionFolder,
        tags: Sequence[str] = ("serve",),
        *,
        session_config: config_pb2.ConfigProto | None = None,
        batch_scheduler: BatchScheduler | None = None,
        max_image_pixels: int = 0,
    ):
        """Loads the SavedModel.

        Args:
            folder: where it is.
            tags: of the graph to load.
            session_config: threads, memory and so on.
            batch_scheduler: puts requests together; None runs each by itself.
            max_image_pixels: of a picture in a string input; 0 for any number.

        Raises:
            ServingError: the folder is incomplete or damaged, or TensorFlow cannot load it.
        """
        meta_graph = folder.read_meta_graph(frozenset(tags))
        self.path = folder.path
        self.version = folder.version
        self.signatures: Mapping[str, meta_graph_pb2.SignatureDef] = dict(meta_graph.signature_def)
        self._batch_scheduler = batch_scheduler
        self._max_image_pixels = max_image_pixels
        try:
            self._session = GraphSession(str(folder.path), tags, session_config)
        except Exception as error:
            raise _load_error(folder, error) from error
        self._steps: dict[tuple[str, tuple[str, ...]], Step] = {}
        self._lock = threading.Condition()
        self._running = 0
        self._closed = False
        self._aborted = False

    def signature(self, name: str) -> meta_graph_pb2.SignatureDef:
        """The signature of that name; the empty name means `serving_default`.

        Raises:
            ServingError: FAILED_PRECONDITION, there is none; the message lists those there are.
        """
        name = name or DEFAULT_SIGNATURE
        names = sorted(n for n in self.signatures if not n.startswith(_INTERNAL_SIGNATURE_PREFIX))
        if name not in names:
            raise ServingError(
                grpc.StatusCode.FAILED_PRECONDITION,
                f'Serving signature key "{name}" not found. The model has: {", ".join(names)}',
            )
        return self.signatures[name]

    def predict(
        self,
        signature_name: str,
        inputs: Mapping[str, np.ndarray],
        output_filter: Sequence[str] = (),
        timeout_seconds: float | None = None,
    ) -> dict[str, np.ndarray]:
        """Runs a signature.

        Args:
            signature_name: its name; empty for `serving_default`.
            inputs: an array for each input; strings are object arrays of bytes.
            output_filter: the outputs wanted; empty for all.
            timeout_seconds: how long it may run; None for ever.

        Whether shapes fit is the graph's business: one that differs from the signature's is fed.

        Returns:
            An array for each output, sorted by name.

        Raises:
            ServingError: FAILED_PRECONDITION where there is no such signature; INVALID_ARGUMENT
                where inputs do not fit it or the model rejects them; DEADLINE_EXCEEDED; whatever status TensorFlow gives otherwise.
        """
        signature = self.signature(signature_name)
        feeds = _checked_inputs(signature, inputs)
        outputs = _checked_outputs(signature, output_filter)
        if self._max_image_pixels:
            check_images(feeds, self._max_image_pixels)
        key = (signature_name or DEFAULT_SIGNATURE, tuple(outputs))
        run = functools.partial(self._run, key)
        arrays = list(feeds.values())
        try:
            if self._batch_scheduler is None:
                values = run(arrays, timeout_seconds)
            else:
                values = self._batch_scheduler.run((self, key), run, arrays, timeout_seconds)
        except ServingError as error:
            odd = _other_shapes(signature, feeds)
            if odd and error.code is grpc.StatusCode.INVALID_ARGUMENT:
                raise ServingError(error.code, f"{error.message} ({odd})") from error
            raise
        return dict(zip(outputs, values, strict=True))

    def close(self) -> None:
        """Frees the model's memory, once the runs under way have ended."""
        with self._lock:
            self._closed = True
            while self._running:
                self._lock.wait()
        self._steps.clear()
        self._session.close()
        del self._session  # the variables go with the last reference

    def abort(self) -> None:
        """Ends the runs under way, and all that come, with UNAVAILABLE; `close` is still due."""
        self._aborted = True
        self._session.close()

    def _run(
        self,
        key: tuple[str, tuple[str, ...]],
        feeds: list[np.ndarray],
        timeout_seconds: float | None,
    ) -> list[np.ndarray]:
        """Runs a signature (its name and its outputs') on the arrays of its sorted inputs."""
        timeout_in_ms = 0 if timeout_seconds is None else max(1, int(timeout_seconds * 1000))
        options = tf.compat.v1.RunOptions(timeout_in_ms=timeout_in_ms)
        with self._lock:
            if self._aborted:
                raise ServingError.stopping()
            if self._closed:  # the client has given up meanwhile
                raise ServingError(grpc.StatusCode.UNAVAILABLE, "this version is unloaded")
            self._running += 1
        try:
            values = self._step(*key)(feeds, options)
        except tf.errors.OpError as error:
            if self._aborted:
                raise ServingError.stopping() from error
            raise ServingError.from_number(error.error_code, first_words(error.message)) from error
        finally:
            with self._lock:
                self._running -= 1
                self._lock.notify_all()
        return [np.asarray(v, dtype=object if isinstance(v, bytes) else None) for v in values]

    def _step(self, name: str, outputs: tuple[str, ...]) -> Step:
        key, signature = (name, outputs), self.signatures[name]
        with self._lock:
            if key not in self._steps:
                self._steps[key] = self._session.step(
                    [_tensor_name(signature.inputs[i]) for i in sorted(signature.inputs)],
                    [_tensor_name(signature.outputs[output]) for output in outputs],
                )
            return self._steps[key]


def _checked_inputs(
    signature: meta_graph_pb2.SignatureDef, inputs: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """The arrays to feed, sorted by the names of the inputs."""
    defaults = getattr(signature, "defaults", {})  # TensorFlow 2.13 and later
    missing = sorted(set(signature.inputs) - set(inputs) - set(defaults))
    unexpected = sorted(set(inputs) - set(signature.inputs))
    if missing or unexpected:
        raise ServingError.invalid_argument(
            f"input size does not match signature: {len(inputs)}!={len(signature.inputs)} "
            f"len({{{','.join(sorted(inputs))}}}) != len({{{','.join(sorted(signature.inputs))}}}). "
            f"Sent extra: {{{','.join(unexpected)}}}. Missing but required: {{{','.join(missing)}}}."
        )
    feeds = {}
    for name in sorted(signature.inputs):
        info = signature.inputs[name]
        array = inputs[name] if name in inputs else tensor_proto.to_array(name, defaults[name])
        dtype = tensor_proto.dtype_number(array)
        if dtype != info.dtype:
            raise ServingError.invalid_argument(
                f"Input '{name}' must be {types_pb2.DataType.Name(info.dtype)}; got "
                f"{types_pb2.DataType.Name(dtype)}"
            )
        feeds[name] = array
    return feeds


def _other_shapes(signature: meta_graph_pb2.SignatureDef, feeds: Mapping[str, np.ndarray]) -> str:
    """Which arrays are not of the shape that the signature declares; empty where all are."""
    odd = []
    for name, array in feeds.items():
        declared = signature.inputs[name].tensor_shape
        sizes = [dim.size for dim in declared.dim]
        if not declared.unknown_rank and not (
            len(sizes) == array.ndim
            and all(size in (-1, own) for size, own in zip(sizes, array.shape, strict=True))
        ):
            odd.append(f"input '{name}' is declared as {sizes}, got shape {list(array.shape)}")
    return "; ".join(odd)


def _checked_outputs(
    signature: meta_graph_pb2.SignatureDef, output_filter: Sequence[str]
) -> list[str]:
    unknown = sorted(set(output_filter) - set(signature.outputs))
    if unknown:
        raise ServingError.invalid_argument(
            f"output tensor alias not found in signature: {','.join(unknown)} Outputs expected to "
            f"be in the set {{{','.join(sorted(signature.outputs))}}}."
        )
    for position, name in enumerate(output_filter):
        if name in output_filter[:position]:
            raise ServingError.invalid_argument(f"duplicate output tensor alias: {name}")
    return sorted(output_filter or signature.outputs)


def _tensor_name(info: meta_graph_pb2.TensorInfo) -> str:
    if not info.name:
        raise ServingError(
            grpc.StatusCode.UNIMPLEMENTED,
            "this signature has sparse or composite tensors; only dense ones are supported",
        )
    return info.name


def _load_error(folder: VersionFolder, error: Exception) -> ServingError:
    if isinstance(error, tf.errors.OpError):
        return ServingError.from_number(
            error.error_code, f"cannot load {folder.path}: {first_words(error.message)}"
        )
    return ServingError(grpc.StatusCode.UNKNOWN, f"cannot load {folder.path}: {error}")
