"""Keeps the root on object storage like the folder in which a run works on it."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import re
import shutil
import sqlite3
import uuid
from collections.abc import Callable, Iterator, Mapping

from objects_that_sound.models.whole_file import UNFINISHED, whole_file
from objects_that_sound.serving.s3_folder import S3Folder, S3Object
from objects_that_sound.tfx_pipeline.remote_root.root_lease import OWNER_FILE
from objects_that_sound.tfx_pipeline.run_paths import RunPaths

_ID_FILE = ".folder_id"
_COPIED_FILE = ".copied.json"
_LAST = "saved_model.pb"  # model servers take a version for whole once it is there
_EXECUTION = re.compile(r"\d+")

_State = tuple[int, int]
"""Size, and time of modification in ns."""


class RootMirror:
    """Copies one way at a time: all of the root at first, where it is newer; then what a run changed.

    ML Metadata is copied as it was before the files were looked at: what it knows is there too.

    Args:
        remote: the root.
        paths: of the folder of this machine, which exists.
    """

    def __init__(self, remote: S3Folder, paths: RunPaths):
        self._remote, self._paths = remote, paths
        self._root = pathlib.Path(paths.root)
        self._metadata = os.path.basename(paths.metadata)
        self._own = {os.path.basename(paths.lock), _ID_FILE, _COPIED_FILE, OWNER_FILE}
        self._own |= {self._metadata + end for end in ("-journal", "-wal", "-shm")}
        self._versions = os.path.relpath(os.path.dirname(paths.serving_dir), paths.root) + "/"
        self._copied: dict[str, _State] = {}

    def folder_id(self) -> str:
        """What the folder of this machine is known by; made with it.

        Raises:
            OSError: it can't be read or written.
        """
        path = self._root / _ID_FILE
        if not path.exists():
            with whole_file(path) as unfinished:
                pathlib.Path(unfinished).write_text(uuid.uuid4().hex)
        return path.read_text()

    def fetch(self, meanwhile: Callable[[], None]) -> None:
        """Makes the folder of this machine a copy of the root; what else it held is lost.

        Args:
            meanwhile: is called before each file.

        Raises:
            OSError: a file can't be copied.
        """
        for path in self._root.iterdir():
            if path.name in {os.path.basename(self._paths.lock), _ID_FILE}:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        there = self._there()
        for name in there:
            meanwhile()
            path = (self._root / name).resolve()
            if not path.is_relative_to(self._root.resolve()):
                raise OSError(f"{self._remote.address} has an object that leads out of it: {name}")
            self._remote.download(name, path)
        self._copied = {name: state for name, state in self._here() if name in there}
        self._remove_unknown()
        self._note()

    def go_on(self) -> None:
        """Finds what an earlier run copied from this machine, and is still there.

        Raises:
            OSError: the storage can't be asked.
        """
        there = self._there()
        with contextlib.suppress(FileNotFoundError, ValueError):
            noted = json.loads((self._root / _COPIED_FILE).read_text())
            self._copied = {
                name: (size, modified)
                for name, (size, modified) in noted.items()
                if name in there and (size < 0 or there[name].size == size)
            }

    def push(self, meanwhile: Callable[[], None], *, last: bool = False) -> None:
        """Copies what has changed, and removes what is gone.

        Args:
            meanwhile: is called before each file.
            last: whether the run has ended. Before that, versions pushed for model servers wait, for
                more is still written to them; and ML Metadata waits, if there are such.

        Raises:
            OSError: a file can't be copied; the next call goes on from there.
        """
        with self._snapshot() as (state, snapshot):
            here = dict(self._here())
            changed = {n: s for n, s in here.items() if self._copied.get(n) != s}
            waiting = [] if last else [n for n in changed if n.startswith(self._versions)]
            for name in waiting:
                del changed[name]
            # Of a run that is killed now, the next one knows what may be there.
            self._copied |= {name: (-1, 0) for name in changed}
            self._note()
            for name in sorted(changed, key=lambda name: (os.path.basename(name) == _LAST, name)):
                meanwhile()
                with contextlib.suppress(FileNotFoundError):  # gone meanwhile
                    self._copy(name)
                    self._copied[name] = changed[name]
            if not waiting:
                if state and self._copied.get(self._metadata) != state:
                    meanwhile()
                    self._remote.upload(snapshot, self._metadata)
                    self._copied[self._metadata] = state
                for name in self._copied.keys() - here.keys() - {self._metadata}:
                    meanwhile()
                    self._remote.remove(name)
                    del self._copied[name]
        self._note()

    def _copy(self, name: str) -> None:
        if name.endswith("/"):
            self._remote.make_folder(name[:-1])
        else:
            self._remote.upload(self._root / name, name)

    def _there(self) -> Mapping[str, S3Object]:
        return {n: one for n, one in self._remote.files().items() if n not in self._own}

    def _here(self) -> Iterator[tuple[str, _State]]:
        """Names and states of all files, and of empty folders as `name/`, but for ML Metadata."""
        for parent, folders, names in os.walk(self._root):
            relative = os.path.relpath(parent, self._root)
            prefix = "" if relative == "." else relative + "/"
            if prefix and not folders and not names:
                yield prefix, (0, 0)
            for name in names:
                path = os.path.join(parent, name)
                own = not prefix and name in {*self._own, self._metadata}
                if own or name.startswith(UNFINISHED) or os.path.islink(path):
                    continue
                with contextlib.suppress(FileNotFoundError):
                    status = os.stat(path)
                    yield prefix + name, (status.st_size, status.st_mtime_ns)

    @contextlib.contextmanager
    def _snapshot(self) -> Iterator[tuple[_State | None, str]]:
        """ML Metadata as it is at one moment: its state, None where there is none, and a copy."""
        path = self._root / (UNFINISHED + self._metadata)
        try:
            status = os.stat(self._paths.metadata)
        except FileNotFoundError:
            yield None, ""
            return
        state = (status.st_size, status.st_mtime_ns)
        if self._copied.get(self._metadata) == state:
            yield state, ""
            return
        try:
            with (
                contextlib.closing(sqlite3.connect(self._paths.metadata)) as source,
                contextlib.closing(sqlite3.connect(path)) as target,
            ):
                source.backup(target)
            yield state, str(path)
        except sqlite3.Error as error:  # busy, say
            raise OSError(f"{self._paths.metadata} can't be copied: {error}") from error
        finally:
            path.unlink(missing_ok=True)

    def _remove_unknown(self) -> None:
        """Removes outputs of executions that ML Metadata does not know: it is older than they are.

        The next execution gets their number, and would find files in its folders.
        """
        newest = 0
        if os.path.exists(self._paths.metadata):
            with contextlib.closing(sqlite3.connect(self._paths.metadata)) as metadata:
                [newest] = metadata.execute("SELECT COALESCE(MAX(id), 0) FROM Execution").fetchone()
        # TFX's: <node>/<output>/<execution>, and <node>/.system/<purpose>/<execution>
        outputs = pathlib.Path(self._paths.pipeline_root)
        for folder in [*outputs.glob("*/*/*"), *outputs.glob("*/.system/*/*")]:
            if _EXECUTION.fullmatch(folder.name) and int(folder.name) > newest:
                shutil.rmtree(folder)

    def _note(self) -> None:
        with whole_file(self._root / _COPIED_FILE) as unfinished:
            pathlib.Path(unfinished).write_text(json.dumps(self._copied))
