"""Decoding in child processes, so that no file can harm the run."""

from __future__ import annotations

import contextlib
import functools
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, NamedTuple

from objects_that_sound.components.media import media_error
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.video_example_gen import storage
from objects_that_sound.components.video_example_gen.decoder_process import DecoderProcess

TIMEOUT_SECONDS = 1800.0
"""For one video. Far more than any real one needs: a two-hour file takes seconds."""
MEMORY_LIMIT = 2 << 30
"""Bytes that one decoder may allocate."""
_MAY_BE_ANOTHERS = (media_error.CRASHED, media_error.OUT_OF_MEMORY)
# What FFmpeg does with damaged files leaks, in FFmpeg 9 much: a fresh process after so many tasks,
# or where a finished task leaves so large a part of the memory limit taken.
_MAX_TASKS = 1000
_MAX_LEFT = 1 / 2


class DecoderPool:
    """A few child processes, each fed by a thread of this process; a context manager.

    A video whose decoder dies, or has too little memory, is tried once more, in a fresh process: a
    decoder may die of another's hunger for memory, or by mistake, and damaged files may leak.
    """

    def __init__(
        self,
        processes: int,
        *,
        timeout: float = TIMEOUT_SECONDS,
        memory_limit: int = MEMORY_LIMIT,
        max_tasks: int = _MAX_TASKS,
    ):
        """Starts the threads; the processes start with their first task.

        Args:
            processes: how many decode at once.
            timeout: seconds that a task may take.
            memory_limit: bytes that a process may allocate.
            max_tasks: a process is replaced after so many.
        """
        self._timeout = timeout
        self._max_grown = int(memory_limit * _MAX_LEFT)
        self._max_tasks = max_tasks
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._closed = False
        self._processes = [DecoderProcess(memory_limit=memory_limit) for _ in range(processes)]
        # Daemons: an interrupted interpreter must not wait for them, and its children die with it.
        self._threads = [
            threading.Thread(target=self._serve, args=(process,), name="decoder", daemon=True)
            for process in self._processes
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> DecoderPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def submit(self, function: Callable[..., Any], path: str, *arguments: object) -> Future[Any]:
        """Has a child call `function(path, *arguments)`; tasks begin in the order of their coming.

        Args:
            function: one that can be imported without TensorFlow.
            path: of a file; a remote one is copied, and the function gets the copy's path.
            arguments: any others.

        Returns:
            The future result, or error: MediaError (any error of the function; crashed, timeout,
            out_of_memory), or RuntimeError: processes can't be started here.
        """
        task = _Task(Future(), function, path, arguments)
        self._tasks.put(task)
        return task.future

    def call(
        self, function: Callable[..., Any], path: str, *arguments: object, **options: object
    ) -> Any:
        """Has a child call `function(path, *arguments, **options)` and waits for the result.

        Raises:
            MediaError, RuntimeError: as the future of `submit`.
        """
        return self.submit(functools.partial(function, **options), path, *arguments).result()

    def close(self) -> None:
        """Kills the processes; tasks that are not done are cancelled."""
        self._closed = True
        for process in self._processes:
            process.close()
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            thread.join()
        with contextlib.suppress(queue.Empty):
            while True:
                task = self._tasks.get_nowait()
                if task:
                    task.future.cancel()

    def _serve(self, process: DecoderProcess) -> None:
        done = 0
        while (task := self._tasks.get()) is not None:
            if self._closed:
                task.future.cancel()
            elif task.future.set_running_or_notify_cancel():
                if done == self._max_tasks or process.grown > self._max_grown:
                    process.stop()
                    done = 0
                done += 1
                try:
                    task.future.set_result(self._run(process, task))
                except BaseException as error:
                    task.future.set_exception(error)
        process.stop()

    def _run(self, process: DecoderProcess, task: _Task) -> Any:
        with storage.local_copy(task.path) as path:
            for last in (False, True):
                try:
                    return process.call(task.function, path, *task.arguments, timeout=self._timeout)
                except MediaError as error:
                    # Another file may have damaged the process, or left it too little memory.
                    if error.reason not in _MAY_BE_ANOTHERS or last:
                        raise
                    process.stop()
        raise AssertionError("unreachable")


class _Task(NamedTuple):
    future: Future[Any]
    function: Callable[..., Any]
    path: str
    arguments: tuple[object, ...]
