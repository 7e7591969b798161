"""A progress bar for ingest that works with workers in other processes.

Every finished video appends a line to a file of the main process, which a thread reads. Workers on
other machines do not find the file, and stay silent.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
import threading
from collections.abc import Sequence

import tqdm

from objects_that_sound.models.whole_file import UNFINISHED

_POLL_SECONDS = 0.3
_LOG_SECONDS = 15.0  # between lines where the output is no terminal
_MOST_LINES = 20  # of rejects; a folder of a million may have thousands


def report_progress(
    path: str,
    *,
    videos: int = 1,
    examples: int = 0,
    rejects: Sequence[dict[str, str]] = (),
    reused_shards: int = 0,
) -> None:
    """Called by workers: videos are finished.

    Args:
        path: `IngestProgress.path`; "" reports nothing.
        videos: how many, rejects too.
        examples: how many they gave.
        rejects: rows of rejects.jsonl.
        reused_shards: how many shards these are, if they were finished by an earlier run.
    """
    if not path:
        return
    line = json.dumps([videos, examples, rejects, reused_shards]).encode() + b"\n"
    # Without O_CREAT: where there is no file nobody reads. One appending write is atomic.
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
        try:
            os.write(descriptor, line)
        finally:
            os.close(descriptor)


class IngestProgress:
    """Shows videos done, examples, rejects and what is reused; a context manager.

    Attributes:
        path: give it to the workers; "" where there is nothing to show.
    """

    def __init__(self, videos: int, *, shards: int = 0, folder: str | None = None, shown: bool):
        """Creates the bar.

        Args:
            videos: how many there are to do.
            shards: in how many shards.
            folder: for the file, named so that `ShardStore.prepare` clears it away if this
                process is killed; None for the system's.
            shown: False for workers elsewhere: nothing is shown, and `path` is "".
        """
        self._total = videos
        self._shards = shards
        self._folder = folder
        self._shown = shown
        self._rejects: list[dict[str, str]] = []
        self._lock = threading.Lock()  # of all that _read changes
        self.path = ""

    def __enter__(self) -> IngestProgress:
        if not self._shown:
            return self
        descriptor, self.path = tempfile.mkstemp(prefix=f"{UNFINISHED}progress-", dir=self._folder)
        self._file = open(descriptor, "rb")
        interval = 0.1 if sys.stderr.isatty() else _LOG_SECONDS
        self._bar = tqdm.tqdm(
            total=self._total, desc="Ingest", unit=" videos", mininterval=interval, maxinterval=60
        )
        self._examples = self._reused = 0
        self._rest = b""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="ingest-progress", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if not self._shown:
            return
        self._stop.set()
        self._thread.join()
        self._read()
        if self._reused:
            self._say(f"reused {self._reused} of {self._shards} shards of an interrupted run")
        self._bar.close()
        self._file.close()
        os.unlink(self.path)
        self.path = ""

    def rejects(self) -> list[dict[str, str]]:
        """Rows of all rejects up to now."""
        if self.path:
            self._read()
        return list(self._rejects)

    def _watch(self) -> None:
        while not self._stop.wait(_POLL_SECONDS):
            self._read()

    def _read(self) -> None:
        with self._lock:
            self._take_lines()

    def _take_lines(self) -> None:
        *lines, self._rest = (self._rest + self._file.read()).split(b"\n")
        for line in lines:
            videos, examples, rejects, reused_shards = json.loads(line)
            if reused_shards and not self._reused:
                self._say("reusing finished shards of an interrupted run")
            self._reused += reused_shards
            self._examples += examples
            for row in rejects:
                self._reject(row)
            self._bar.set_postfix(
                examples=self._examples, rejects=len(self._rejects), refresh=False
            )
            self._bar.update(videos)

    def _reject(self, row: dict[str, str]) -> None:
        self._rejects.append(row)
        if len(self._rejects) <= _MOST_LINES:
            self._say(f"rejected {row['video']}: {row['reason']}: {row['detail']}")
        elif len(self._rejects) == _MOST_LINES + 1:
            self._say("more rejects are counted only; rejects.jsonl will have all of them")

    def _say(self, line: str) -> None:
        """A line above the bar; names of files may hold anything."""
        printable = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line)
        self._bar.write(printable, file=sys.stderr)
