"""A child process that does dangerous work, seen from its parent."""

from __future__ import annotations

import contextlib
import multiprocessing.connection
import os
import pickle
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any, BinaryIO, cast

from objects_that_sound.components.isolated_python import isolated_python
from objects_that_sound.components.media import media_error
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.video_example_gen import decoder_main

_START_SECONDS = 120.0  # a cold, loaded machine imports slowly
_STARTS = 3  # before giving up: a start too may fall victim to a lack of memory


class DecoderProcess:
    """Calls functions in a child process that may crash, hang or want too much memory.

    The child runs decoder_main.py. A program of its own and a pair of pipes, instead of
    `multiprocessing`, for three reasons: the parent's `__main__` (a user's script, pytest, Beam's
    worker) is not imported again; no lock is shared, so that a child killed while it sends harms
    nobody (pools with a shared queue were seen to hang then); the pipe's end tells of the child's
    death at once. The child starts at the first call, and again at the first call after its death.

    One thread calls, always the same one: the child dies with it.
    """

    def __init__(self, *, memory_limit: int):
        """Starts nothing yet.

        Args:
            memory_limit: bytes that the child may allocate.
        """
        self._memory_limit = memory_limit
        self._process: subprocess.Popen[bytes] | None = None
        self._at_start = 0  # bytes that the child had allocated before its first call
        self._closed = False
        self._lock = threading.Lock()  # between start and close

    def call(self, function: Callable[..., Any], *arguments: object, timeout: float) -> Any:
        """Calls a function in the child.

        Args:
            function: one that can be imported, pickled by its name.
            arguments: of the function; pickled.
            timeout: in seconds.

        Returns:
            What the function returns.

        Raises:
            MediaError: what the function raised; any other error as decode_error; or crashed,
                out_of_memory, timeout.
            RuntimeError: the child can't be started, or this object is closed.
        """
        request = pickle.dumps((function, arguments), pickle.HIGHEST_PROTOCOL)
        for fresh in (False, True):
            process = self._process or self._start()
            try:
                decoder_main.send(_pipe(process.stdin), request)
                break
            except BrokenPipeError:  # it died while it had nothing to do
                self._bury()
                if fresh:
                    raise MediaError(media_error.CRASHED, "the decoder dies at once") from None
        answer = _receive(process, timeout)
        if answer is None:
            detail = self._bury()
            raise MediaError(media_error.CRASHED, f"the decoder {detail}")
        if not answer:
            process.kill()
            self._bury()
            raise MediaError(media_error.TIMEOUT, f"not decoded within {timeout:g} s")
        result = pickle.loads(answer)
        if isinstance(result, MediaError):
            raise result
        return result

    @property
    def grown(self) -> int:
        """Bytes that the child has allocated and not given back since its start."""
        process = self._process
        now = decoder_main.allocated(process.pid) if process else None
        return 0 if now is None else now - self._at_start

    def stop(self) -> None:
        """Ends the child; the next call starts another."""
        with self._lock:
            process = self._process
            if process:
                process.kill()
        self._bury()

    def close(self) -> None:
        """Kills the child, and lets no other start; may come from any thread, even amid a call."""
        with self._lock:
            self._closed = True
            if self._process:
                self._process.kill()

    def _start(self) -> subprocess.Popen[bytes]:
        for _ in range(_STARTS):
            process = self._launch()
            ready = _receive(process, _START_SECONDS)
            if ready:
                self._at_start = decoder_main.allocated(process.pid) or 0
                return process
            if ready is not None:  # it hangs
                process.kill()
            end = self._bury()
        raise RuntimeError(
            f"a decoder process can't start: `{shlex.join(process.args)}` {end}"  # type: ignore
        )

    def _launch(self) -> subprocess.Popen[bytes]:
        paths = [path or os.getcwd() for path in sys.path]
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(paths),
            # A decoder is one process a core. (OpenBLAS allots memory to each of its threads.)
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
        }
        command = isolated_python("-m", decoder_main.__name__, str(self._memory_limit))
        with self._lock:
            if self._closed:
                raise RuntimeError("closed")
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=environment,
                process_group=0,  # Ctrl-C is for the parent, which then ends its children
            )
            return self._process

    def _bury(self) -> str:
        """Forgets a dead or dying child; says how it ended."""
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return "was stopped"
        # Its pipe has ended, but the process itself may take a moment more.
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        status = process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(BrokenPipeError):
                _pipe(pipe).close()
        if status < 0:
            return f"died of signal {-status} ({signal.Signals(-status).name})"
        return f"ended with status {status}"


def _receive(process: subprocess.Popen[bytes], timeout: float) -> bytes | None:
    """The next message; empty when the time is up; None if the child is dead."""
    pipe = _pipe(process.stdout)
    # A child sends nothing before it has all, so that waiting for the first byte is enough.
    if not multiprocessing.connection.wait([pipe.fileno()], timeout):
        return b""
    return decoder_main.receive(pipe)


def _pipe(pipe: Any) -> BinaryIO:
    return cast(BinaryIO, pipe)
