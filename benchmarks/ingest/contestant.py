"""A contestant as the benchmark sees it."""

from __future__ import annotations

import os
import pathlib
import pickle
import subprocess
import sys
from typing import Any, NamedTuple

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]

Examples = list[tuple[bytes, bytes]]
_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


class ContestantError(Exception):
    """A contestant can't be used, or failed; the message is the reason."""


class Reading(NamedTuple):
    """What reading one clip cost and gave: CPU seconds; (JPEG, sound) for each time."""

    seconds: float
    examples: Examples


class Contestant:
    """A process that runs one module of `contestants`; a context manager.

    Attributes:
        version: of what it measures, or "".
    """

    def __init__(self, module: str, environment: pathlib.Path | None = None):
        """Starts the process.

        Args:
            module: name in `contestants`.
            environment: virtual environment that has what the module imports, with links of
                `ffmpeg_links` in its folder `ffmpeg`; this one if None.

        Raises:
            ContestantError: the module can't be imported.
        """
        python, variables = sys.executable, {**os.environ, **dict.fromkeys(_THREADS, "1")}
        if environment:
            python = str(environment / "bin/python")
            variables["LD_LIBRARY_PATH"] = str(environment / "ffmpeg")
        self._process = subprocess.Popen(
            [python, "-m", "benchmarks.ingest.worker", module],
            cwd=REPOSITORY,
            env=variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.version: str = self._receive()[1]

    def __enter__(self) -> Contestant:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, path: pathlib.Path, times: list[float]) -> Reading:
        """Lets the contestant read the examples of a clip.

        Raises:
            ContestantError: it failed.
        """
        assert self._process.stdin
        pickle.dump((str(path.resolve()), times), self._process.stdin)
        self._process.stdin.flush()
        return Reading(*self._receive())

    def close(self) -> None:
        """Ends the process."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def _receive(self) -> tuple[float, Any]:
        assert self._process.stdout
        try:
            error, seconds, result = pickle.load(self._process.stdout)
        except EOFError:
            error = f"its process ended with status {self._process.wait()}"
        if error:
            self.close()
            raise ContestantError(error)
        return seconds, result
