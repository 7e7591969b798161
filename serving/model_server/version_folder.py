"""One `model_base_path/<version>/` folder: finding it, and telling whether it is all there."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import re
import time

import grpc
from google.protobuf import message, text_format
from tensorflow.core.protobuf import meta_graph_pb2, saved_model_pb2

from objects_that_sound.serving.model_server.serving_error import ServingError

_SAVED_MODEL, _AS_TEXT = "saved_model.pb", "saved_model.pbtxt"
MODEL_FILES = frozenset({_SAVED_MODEL, _AS_TEXT})
"""A folder with one of them is a version."""
MAX_VERSION = 2**63 - 1
"""Versions are int64."""
_SHARD = re.compile(r"variables\.data-\d{5}-of-(\d{5})")

Fingerprint = tuple[tuple[str, int, int | str], ...]


def version_of(name: str) -> int | None:
    """The version that a folder is named by: a number of 63 bits, in digits; None for other names."""
    is_version = name.isascii() and name.isdigit() and int(name) <= MAX_VERSION
    return int(name) if is_version else None


@dataclasses.dataclass(frozen=True)
class VersionFolder:
    """A numbered folder that holds, or is about to hold, a SavedModel.

    Pushers copy file after file (TFX's Pusher does, and saved_model.pb comes before the
    variables), so a folder may be seen half written.

    Attributes:
        path: the folder.
        version: its number.
    """

    path: pathlib.Path
    version: int

    @classmethod
    def find_all(cls, base_path: pathlib.Path) -> list[VersionFolder]:
        """The folders below `base_path` that are named by a version and have a saved_model.pb.

        Whatever else lies there, and what cannot be looked into, is somebody's own business.

        Raises:
            OSError: `base_path` cannot be read.
        """
        found: dict[int, VersionFolder] = {}
        for path in sorted(base_path.iterdir()):
            version = version_of(path.name)
            if version is not None and any(os.path.isfile(path / form) for form in MODEL_FILES):
                found[version] = cls(path, version)  # "1" and "01": one version
        return list(found.values())

    @property
    def address(self) -> str:
        """Where it lies, for people."""
        return str(self.path)

    def fetch(self) -> None:
        """Brings it to `path`, where it is not there already."""

    def discard(self) -> None:
        """Removes what `fetch` brought."""

    def fingerprint(self) -> Fingerprint:
        """Name, size and modification time (ns) of every file: changes while it is written to."""
        files: list[tuple[str, int, int | str]] = []
        for file in _files(self.path):
            stat = _stat(file)
            files.append((file.relative_to(self.path).as_posix(), stat.st_size, stat.st_mtime_ns))
        return tuple(sorted(files))

    def idle_seconds(self) -> float:
        """Seconds since anything in the folder last changed, by the inodes' change times.

        Change times, unlike modification times, are not carried over by a copy.
        """
        return time.time() - max((_stat(f).st_ctime for f in _files(self.path)), default=0.0)

    def read_meta_graph(self, tags: frozenset[str]) -> meta_graph_pb2.MetaGraphDef:
        """Reads the graph with exactly these tags, and checks that the files it names are there.

        Raises:
            ServingError: saved_model.pb (or .pbtxt, the same as text) is damaged, has no such
                graph, or names files (variables, assets) that are missing. TensorFlow's own
                loader would go on without variables.
        """
        file = self.path / _SAVED_MODEL
        saved_model = saved_model_pb2.SavedModel()
        try:
            if file.exists():
                saved_model.ParseFromString(file.read_bytes())
            else:
                text_format.Parse((self.path / _AS_TEXT).read_text(), saved_model)
        except (message.DecodeError, text_format.ParseError, UnicodeDecodeError) as error:
            raise ServingError(
                grpc.StatusCode.DATA_LOSS, f"{file} is damaged: it is not a SavedModel protobuf"
            ) from error
        except OSError as error:
            raise ServingError.not_found(f"cannot read {file}: {error}") from error
        for meta_graph in saved_model.meta_graphs:
            if frozenset(meta_graph.meta_info_def.tags) == tags:
                self._check_files(meta_graph)
                return meta_graph
        present = [sorted(graph.meta_info_def.tags) for graph in saved_model.meta_graphs]
        raise ServingError.not_found(
            f"{file} has no graph tagged {sorted(tags)}; it has graphs tagged {present}"
        )

    def _check_files(self, meta_graph: meta_graph_pb2.MetaGraphDef) -> None:
        variables = self.path / "variables"
        if meta_graph.saver_def.restore_op_name:
            shards = [m for f in _files(variables) if (m := _SHARD.fullmatch(f.name))]
            count = int(shards[0].group(1)) if shards else 1
            if not (variables / "variables.index").is_file() or len(shards) < count:
                raise ServingError.not_found(
                    f"{variables} lacks variables.index or some of its data files: the copy of "
                    "this version is not complete"
                )
        assets = [asset.filename for asset in meta_graph.asset_file_def]
        missing = [name for name in assets if not (self.path / "assets" / name).is_file()]
        if missing:
            raise ServingError.not_found(
                f"{self.path / 'assets'} lacks {missing}: the copy of this version is not complete"
            )


def _files(folder: pathlib.Path) -> list[pathlib.Path]:
    return [pathlib.Path(parent, name) for parent, _, names in os.walk(folder) for name in names]


def _stat(file: pathlib.Path) -> os.stat_result:
    try:
        return file.stat()
    except OSError:
        return file.lstat()  # a link that leads nowhere is a file as well, if nobody's
