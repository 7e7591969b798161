"""A progress bar for ingest that works with workers in other processes.

Every finished video appends one short line to a file of the main process, which a thread reads.
Workers on other machines do not find the file, and stay silent.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import threading

import tqdm

_POLL_SECONDS = 0.3
_LOG_SECONDS = 15.0  # between lines where the output is no terminal


def report_progress(path: str, examples: int) -> None:
    """Called by workers: a video is finished.

    Args:
        path: `IngestProgress.path`; "" reports nothing.
        examples: how many it gave; 0 means rejected.
    """
    if not path:
        return
    # Without O_CREAT: where there is no file nobody reads. One short write is atomic.
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
        try:
            os.write(descriptor, b"%d\n" % examples)
        finally:
            os.close(descriptor)


class IngestProgress:
    """Shows videos done, examples and rejects; a context manager.

    Attributes:
        path: give it to the workers; "" where there is nothing to show.
    """

    def __init__(self, videos: int, *, shown: bool = True):
        """Creates the bar.

        Args:
            videos: how many there are to do.
            shown: False for workers elsewhere: nothing is shown, and `path` is "".
        """
        self._total = videos
        self._shown = shown
        self.path = ""

    def __enter__(self) -> IngestProgress:
        if not self._shown:
            return self
        descriptor, self.path = tempfile.mkstemp(prefix="ots-ingest-")
        self._file = open(descriptor, "rb")
        interval = 0.1 if sys.stderr.isatty() else _LOG_SECONDS
        self._bar = tqdm.tqdm(
            total=self._total, desc="Ingest", unit=" videos", mininterval=interval, maxinterval=60
        )
        self._examples = self._rejects = 0
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
        self._bar.close()
        self._file.close()
        os.unlink(self.path)

    def _watch(self) -> None:
        while not self._stop.wait(_POLL_SECONDS):
            self._read()

    def _read(self) -> None:
        *lines, self._rest = (self._rest + self._file.read()).split(b"\n")
        counts = [int(line) for line in lines]
        self._examples += sum(counts)
        self._rejects += counts.count(0)
        self._bar.set_postfix(examples=self._examples, rejects=self._rejects, refresh=False)
        self._bar.update(len(counts))
