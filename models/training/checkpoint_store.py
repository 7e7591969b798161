"""Checkpoints of a training that is not finished yet."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import sys
import zipfile
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from objects_that_sound.models.whole_file import UNFINISHED, whole_file

_KEPT = 2
_NAME = re.compile(r"step-(\d+)\.npz")
_STATE = "state"
_UNREADABLE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, tf.errors.OpError)


class Checkpoint(NamedTuple):
    """What is kept of a moment.

    Attributes:
        arrays: lists of arrays by name.
        state: of JSON's types.
    """

    arrays: dict[str, list[np.ndarray]]
    state: dict[str, Any]


class CheckpointStore:
    """A folder of the last two checkpoints, on this machine or on storage that TensorFlow knows.

    A checkpoint is one file (an .npz, whose parts have check sums), and appears whole or not at all.

    Args:
        folder: need not exist.
        writes: whether this process is the one that writes; others only read.
    """

    def __init__(self, folder: str, writes: bool = True):
        self.folder, self._writes = folder, writes

    def save(self, step: int, checkpoint: Checkpoint) -> None:
        """Writes a checkpoint and removes older ones but one."""
        if not self._writes:
            return
        content = {_STATE: np.frombuffer(json.dumps(checkpoint.state).encode(), np.uint8)}
        for name, arrays in checkpoint.arrays.items():
            content |= {f"{name}/{i}": array for i, array in enumerate(arrays)}
        buffer = io.BytesIO()
        np.savez(buffer, **content)
        tf.io.gfile.makedirs(self.folder)
        with whole_file(os.path.join(self.folder, f"step-{step:09}.npz")) as path:
            self._write(path, buffer.getbuffer())
        for old in self._paths()[_KEPT:]:
            tf.io.gfile.remove(old)

    def newest(self) -> Iterator[Checkpoint]:
        """The checkpoints that can be read, newest first; others are named on stderr."""
        for path in self._paths():
            try:
                yield self._read(path)
            except _UNREADABLE as error:
                print(f"checkpoint {path} can't be read: {error}", file=sys.stderr)

    def remove(self) -> None:
        """Removes the folder."""
        if not self._writes:
            return
        if tf.io.gfile.exists(self.folder):
            tf.io.gfile.rmtree(self.folder)
        with contextlib.suppress(OSError):  # there are other trainings; or storage without folders
            os.rmdir(os.path.dirname(self.folder))

    def _paths(self) -> list[str]:
        """Newest first; clears what a killed run left half-written."""
        if not tf.io.gfile.isdir(self.folder):
            return []
        names = tf.io.gfile.listdir(self.folder)
        for name in names:
            if self._writes and name.startswith(UNFINISHED):
                with contextlib.suppress(tf.errors.NotFoundError):
                    tf.io.gfile.remove(os.path.join(self.folder, name))
        steps = {int(match[1]): name for name in names if (match := _NAME.fullmatch(name))}
        return [os.path.join(self.folder, steps[step]) for step in sorted(steps, reverse=True)]

    def _read(self, path: str) -> Checkpoint:
        with tf.io.gfile.GFile(path, "rb") as file:
            content = io.BytesIO(file.read())
        arrays: dict[str, list[np.ndarray]] = {}
        with np.load(content, allow_pickle=False) as parts:
            state = json.loads(parts[_STATE].tobytes())
            for part in parts.files:
                if part != _STATE:
                    arrays.setdefault(part.partition("/")[0], []).append(parts[part])
        return Checkpoint(arrays, state)

    def _write(self, path: str, content: memoryview) -> None:
        if "://" in path:  # appears when it is closed
            with tf.io.gfile.GFile(path, "wb") as file:
                file.write(bytes(content))
            return
        with open(path, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # or a power failure could leave the new name without content
