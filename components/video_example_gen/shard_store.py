"""Finished shards, kept until the whole run is finished."""

from __future__ import annotations

import contextlib
import json
import os
import posixpath
import shutil
import tempfile
from collections.abc import Iterable
from typing import NamedTuple

import tensorflow as tf
from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems

from objects_that_sound.components.video_example_gen import storage
from objects_that_sound.models.whole_file import UNFINISHED, whole_file

# Gzip for TFX's sake, but uncompressed inside: JPEG and sound do not shrink, and inflating them
# would cost the trainer more than everything else it does to an example.
_RECORD_OPTIONS = tf.io.TFRecordOptions(compression_type="GZIP", compression_level=0)

_RECORD = ".json"
_DATA = ".gz"


class FinishedShard(NamedTuple):
    """What became of a shard.

    Attributes:
        examples: how many there are in its file; none: there is no file.
        rejects: rows of rejects.jsonl.
        size: of the file, in bytes.
        seconds: length of the videos that gave examples.
    """

    examples: int
    rejects: list[dict[str, str]]
    size: int
    seconds: float = 0.0


class ShardStore:
    """A folder of finished shards by key (see `shard_key`), on this machine or on remote storage.

    It lies beside the outputs of executions, of which TFX removes those that failed: a run that
    ended by an error, or was killed, is taken up by the next one where it was. A shard is finished
    when its record is there; that is written last. Files appear whole or not at all.
    """

    def __init__(self, folder: str):
        """Names the folder, which need not exist."""
        self.folder = folder
        self._remote = storage.is_remote(folder)

    def prepare(self) -> int:
        """Makes the folder, and clears it of what a killed run left half-written.

        Returns:
            How many finished shards of an earlier run are there.
        """
        if self._remote:  # where files appear only when they are whole
            return sum(name.endswith(_RECORD) for name in self._remote_files())
        os.makedirs(self.folder, exist_ok=True)
        names = os.listdir(self.folder)
        for name in names:
            if name.startswith(UNFINISHED):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(os.path.join(self.folder, name))
        return sum(name.endswith(_RECORD) for name in names)

    def find(self, key: str) -> FinishedShard | None:
        """The finished shard of a key, or None."""
        if not storage.exists(self._path(key, _RECORD)):
            return None
        try:
            shard = FinishedShard(
                **json.loads("".join(storage.read_lines(self._path(key, _RECORD))))
            )
        except (ValueError, TypeError):  # after a power failure
            return None
        if shard.examples and storage.info(self._path(key, _DATA)).size != str(shard.size):
            return None
        return shard

    def add(
        self,
        key: str,
        records: Iterable[bytes],
        rejects: list[dict[str, str]],
        seconds: float = 0.0,
    ) -> FinishedShard:
        """Stores a shard: serialized examples, the rows of its rejects, its videos' length."""
        records = list(records)
        size = self._write_data(key, records) if records else 0
        shard = FinishedShard(len(records), rejects, size, seconds)
        content = json.dumps(shard._asdict()).encode()
        path = self._path(key, _RECORD)
        if self._remote:
            with FileSystems.create(path, compression_type=CompressionTypes.UNCOMPRESSED) as file:
                file.write(content)
        else:
            with whole_file(path) as unfinished, open(unfinished, "wb") as file:
                file.write(content)
        return shard

    def deliver(self, key: str, path: str) -> None:
        """Puts the data file of a finished shard with examples at a path; it stays here too."""
        source = self._path(key, _DATA)
        if self._remote:
            with contextlib.suppress(Exception):  # of an earlier try; some storages refuse others
                FileSystems.delete([path])
            FileSystems.copy([source], [path])
            return
        folder = os.path.dirname(path)
        os.makedirs(folder, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        try:
            os.link(source, path)
        except OSError:  # a file system without links
            with whole_file(path) as unfinished:
                shutil.copyfile(source, unfinished)

    def remove(self) -> None:
        """Removes the folder with all that is in it."""
        if not self._remote:
            shutil.rmtree(self.folder)
        elif names := self._remote_files():
            FileSystems.delete(names)

    def _write_data(self, key: str, records: list[bytes]) -> int:
        path = self._path(key, _DATA)
        if not self._remote:
            with whole_file(path) as unfinished:
                return _write_records(unfinished, records)
        # Beam knows storages that TensorFlow does not.
        with tempfile.TemporaryDirectory() as folder:
            local = os.path.join(folder, key)
            size = _write_records(local, records)
            with (
                FileSystems.create(path, compression_type=CompressionTypes.UNCOMPRESSED) as target,
                open(local, "rb") as source,
            ):
                shutil.copyfileobj(source, target, 1 << 20)
        return size

    def _path(self, key: str, suffix: str) -> str:
        return posixpath.join(self.folder, key + suffix)

    def _remote_files(self) -> list[str]:
        return [file.path for file in storage.find(posixpath.join(self.folder, "*"))]


def _write_records(path: str, records: list[bytes]) -> int:
    """Writes a file and returns its size in bytes."""
    with tf.io.TFRecordWriter(path, _RECORD_OPTIONS) as writer:
        for record in records:
            writer.write(record)
    return os.path.getsize(path)
