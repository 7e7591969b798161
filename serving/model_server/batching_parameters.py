"""How requests are put together into batches."""

from __future__ import annotations

import dataclasses
import pathlib
from typing import Any

from google.protobuf import message

from objects_that_sound.serving.launcher.usable_processors import usable_processors
from objects_that_sound.serving.model_server import text_proto


@dataclasses.dataclass(frozen=True)
class BatchingParameters:
    """TensorFlow Serving's BatchingParameters, with its defaults.

    Attributes:
        max_batch_size: examples (entries of the 0th dimension) in a batch, and so in a request.
        batch_timeout_micros: how long the first request of a batch waits for others.
        max_enqueued_batches: batches that may wait for a thread, for each signature; beyond it
            requests are refused with UNAVAILABLE.
        num_batch_threads: batches that run at the same time, of all models together.
        thread_pool_name: a label of metrics.
        allowed_batch_sizes: batches are padded to the next of these; empty for any size.
        pad_variable_length_inputs: pad requests whose other dimensions differ to the greatest
            instead of batching only requests of equal shapes.
        enable_large_batch_splitting: split batches greater than `max_execution_batch_size`.
        max_execution_batch_size: the greatest batch that is run; with splitting only.
    """

    max_batch_size: int = 1000
    batch_timeout_micros: int = 0
    max_enqueued_batches: int = 10
    num_batch_threads: int = usable_processors()
    thread_pool_name: str = "model_server_batch_threads"
    allowed_batch_sizes: tuple[int, ...] = ()
    pad_variable_length_inputs: bool = False
    enable_large_batch_splitting: bool = False
    max_execution_batch_size: int = 1000

    def __post_init__(self) -> None:
        """Refuses what contradicts itself.

        Raises:
            ValueError: it does.
        """
        for name in ("max_batch_size", "max_enqueued_batches", "num_batch_threads"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
        if self.batch_timeout_micros < 0:
            raise ValueError("batch_timeout_micros must not be negative")
        sizes = self.allowed_batch_sizes
        if list(sizes) != sorted({size for size in sizes if size > 0}):
            raise ValueError("allowed_batch_sizes entries must be monotonically increasing")
        if not 1 <= self.execution_batch_size <= self.max_batch_size:
            raise ValueError("max_execution_batch_size must be in 1..max_batch_size")
        if sizes and sizes[-1] != self.execution_batch_size:
            name = (
                "max_execution_batch_size"
                if self.enable_large_batch_splitting
                else "max_batch_size"
            )
            raise ValueError(
                f"Last entry in allowed_batch_sizes must match {name}; last entry was {sizes[-1]}; "
                f"expected {self.execution_batch_size}"
            )

    @property
    def execution_batch_size(self) -> int:
        """The greatest batch that is run."""
        if self.enable_large_batch_splitting:
            return self.max_execution_batch_size
        return self.max_batch_size

    def padded_size(self, size: int) -> int:
        """The allowed size that a batch is padded to."""
        return next((allowed for allowed in self.allowed_batch_sizes if allowed >= size), size)

    @classmethod
    def from_file(cls, path: pathlib.Path) -> BatchingParameters:
        """Reads the file of --batching_parameters_file.

        Raises:
            ValueError: it does not hold BatchingParameters, or they contradict themselves.
        """
        flag = "batching_parameters_file"
        proto = text_proto.parse(path, flag, text_proto.message_class("BatchingParameters")())
        values: dict[str, Any] = {f.name: _plain(value) for f, value in proto.ListFields()}
        values["allowed_batch_sizes"] = tuple(proto.allowed_batch_sizes)  # type: ignore[attr-defined]
        if values.get("enable_large_batch_splitting"):
            values.setdefault(
                "max_execution_batch_size", values.get("max_batch_size", cls.max_batch_size)
            )
        try:
            return cls(**values)
        except ValueError as error:
            raise ValueError(f"--{flag} {path}: {error}") from error


def _plain(value: object) -> object:
    if isinstance(value, message.Message):  # a wrapper, such as Int64Value
        return value.value  # type: ignore[attr-defined]
    return value
