"""Puts requests for the same signature together into one run of the model."""

from __future__ import annotations

import collections
import dataclasses
import itertools
import logging
import threading
import time
from collections.abc import Callable, Hashable, Sequence

import grpc
import numpy as np

from objects_that_sound.serving.model_server.batching_parameters import BatchingParameters
from objects_that_sound.serving.model_server.metrics import Metrics
from objects_that_sound.serving.model_server.serving_error import ServingError

_LOG = logging.getLogger(__name__)

Run = Callable[[list[np.ndarray], float | None], list[np.ndarray]]
"""Runs a signature on arrays, within so many seconds; raises ServingError."""


@dataclasses.dataclass(eq=False)
class _Task:
    """A request, or a part of a split one."""

    feeds: list[np.ndarray]
    size: int
    deadline: float | None
    enqueued: float = dataclasses.field(default_factory=time.monotonic)
    done: threading.Event = dataclasses.field(default_factory=threading.Event)
    outputs: list[np.ndarray] = dataclasses.field(default_factory=list)
    error: ServingError | None = None

    def seconds_left(self) -> float | None:
        return None if self.deadline is None else self.deadline - time.monotonic()


@dataclasses.dataclass(eq=False)
class _Batch:
    """Tasks that will be run at once."""

    run: Run
    ready_at: float
    tasks: list[_Task] = dataclasses.field(default_factory=list)
    size: int = 0


class BatchScheduler:
    """Batches requests of all models on one pool of threads, as TensorFlow Serving's.

    A batch is run once it is full, or its first request has waited `batch_timeout_micros`, and a
    thread is free. Better than there: where a batch fails for the sake of one request, the others
    are run again without it; and where shapes differ and are not to be padded, only requests of
    equal shapes go together.
    """

    def __init__(self, parameters: BatchingParameters, metrics: Metrics):
        """Starts the threads."""
        self._parameters = parameters
        self._metrics = metrics
        self._condition = threading.Condition()
        self._queues: dict[Hashable, collections.deque[_Batch]] = {}
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, name=f"batch-{number}", daemon=True)
            for number in range(parameters.num_batch_threads)
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Ends the threads, after the batches that wait."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()
        for thread in self._threads:
            thread.join()

    def run(
        self, key: Hashable, run: Run, feeds: list[np.ndarray], timeout_seconds: float | None
    ) -> list[np.ndarray]:
        """Runs a request together with others of the same key.

        Args:
            key: what must be equal for requests to go together: model, version, signature, outputs.
            run: runs the merged arrays.
            feeds: the request's arrays, all of one size in their 0th dimension.
            timeout_seconds: how long it may wait and run; None for ever.

        Returns:
            The request's part of the outputs.

        Raises:
            ServingError: INVALID_ARGUMENT, the arrays cannot be batched, or the outputs of a split
                request put together; UNAVAILABLE, too many
                batches wait; DEADLINE_EXCEEDED; whatever `run` raises.
        """
        size = self._batch_size(feeds)
        self._metrics.input_batch_size.observe(size)
        deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        if not self._parameters.pad_variable_length_inputs:
            key = (key, tuple(feed.shape[1:] for feed in feeds))
        else:
            key = (key, tuple(feed.ndim for feed in feeds))
        limit = self._parameters.execution_batch_size
        tasks = [
            _Task(
                [feed[start : start + limit] for feed in feeds], min(limit, size - start), deadline
            )
            for start in range(0, size, limit)
        ]
        self._schedule(key, run, tasks)
        for task in tasks:
            if not task.done.wait(task.seconds_left()):
                raise _deadline_exceeded()
            if task.error is not None:
                raise task.error
        if len(tasks) == 1:
            return tasks[0].outputs
        parts = [task.outputs for task in tasks]
        try:
            return [np.concatenate(output) for output in zip(*parts, strict=True)]
        except ValueError as error:
            raise ServingError.invalid_argument(
                f"The request was split into batches of {limit}, whose outputs have different "
                f"shapes: {error}; send at most {limit} examples at once"
            ) from error

    def _batch_size(self, feeds: list[np.ndarray]) -> int:
        if not feeds or any(feed.ndim == 0 for feed in feeds):
            raise ServingError.invalid_argument(
                "Batching Run() input tensors must have at least one dimension"
            )
        sizes = {len(feed) for feed in feeds}
        if len(sizes) > 1:
            raise ServingError.invalid_argument(
                f"Batching Run() input tensors must have equal 0th-dimension size, got {sorted(sizes)}"
            )
        size = sizes.pop()
        if size == 0:
            raise ServingError.invalid_argument(
                "Batching Run() input tensors must have at least one entry in their 0th dimension"
            )
        if size > self._parameters.max_batch_size:
            raise ServingError.invalid_argument(
                f"Task size {size} is larger than maximum input batch size "
                f"{self._parameters.max_batch_size}"
            )
        return size

    def _schedule(self, key: Hashable, run: Run, tasks: Sequence[_Task]) -> None:
        parameters = self._parameters
        with self._condition:
            if self._closed:
                raise ServingError.stopping()
            queue = self._queues.get(key, collections.deque())
            space = parameters.max_enqueued_batches * parameters.execution_batch_size
            if sum(batch.size for batch in queue) + sum(task.size for task in tasks) > space:
                raise ServingError(
                    grpc.StatusCode.UNAVAILABLE,
                    "The batch scheduling queue to which this task was submitted is full; currently "
                    f"{len(queue)} batches enqueued and max_enqueued_batches is "
                    f"{parameters.max_enqueued_batches}",
                )
            self._queues[key] = queue
            for task in tasks:
                if not queue or queue[-1].size + task.size > parameters.execution_batch_size:
                    if queue:
                        queue[-1].ready_at = 0.0  # nothing more fits: it need not wait
                    ready_at = task.enqueued + parameters.batch_timeout_micros / 1e6
                    queue.append(_Batch(run, ready_at))
                queue[-1].tasks.append(task)
                queue[-1].size += task.size
                if queue[-1].size == parameters.execution_batch_size:
                    queue[-1].ready_at = 0.0
            self._condition.notify()

    def _work(self) -> None:
        while (batch := self._next()) is not None:
            try:
                self._process(batch)
            except Exception as error:
                _LOG.exception("a batch failed")
                failure = ServingError(grpc.StatusCode.INTERNAL, f"internal error: {error!r}")
                for task in batch.tasks:
                    _finish(task, error=failure)

    def _next(self) -> _Batch | None:
        """Waits for a batch that is ready; None once the scheduler is closed and has none left."""
        with self._condition:
            while True:
                now = time.monotonic()
                first = min(
                    ((queue[0].ready_at, key) for key, queue in self._queues.items()),
                    default=None,
                    key=lambda found: found[0],
                )
                if first is not None and (first[0] <= now or self._closed):
                    queue = self._queues.pop(first[1])
                    batch = queue.popleft()
                    if queue:
                        self._queues[first[1]] = queue  # at the end: other models' turn first
                        self._condition.notify()
                    return batch
                if self._closed:
                    return None
                self._condition.wait(None if first is None else first[0] - now)

    def _process(self, batch: _Batch) -> None:
        now = time.monotonic()
        tasks = []
        for task in batch.tasks:
            self._metrics.queuing_latency.labels(self._parameters.thread_pool_name).observe(
                (now - task.enqueued) * 1e6
            )
            if task.deadline is not None and task.deadline <= now:
                _finish(task, error=_deadline_exceeded())
            else:
                tasks.append(task)
        if not tasks:
            return
        try:
            self._run_together(batch.run, tasks)
        except ServingError as error:
            if len(tasks) == 1:
                _finish(tasks[0], error=error)
                return
            for task in tasks:  # one of them is at fault; the others must not suffer
                try:
                    self._run_together(batch.run, [task])
                except ServingError as own_error:
                    _finish(task, error=own_error)

    def _run_together(self, run: Run, tasks: Sequence[_Task]) -> None:
        sizes = [task.size for task in tasks]
        size = sum(sizes)
        padding = self._parameters.padded_size(size) - size
        self._metrics.processed_batch_size.observe(size + padding)
        self._metrics.padding_size.labels(str(size + padding)).observe(padding)
        seconds = [task.seconds_left() for task in tasks]
        # The longest: none may be cut short by another's deadline.
        timeout = None if None in seconds else max(second or 0.0 for second in seconds)
        feeds = [_merge(column, padding) for column in zip(*(t.feeds for t in tasks), strict=True)]
        outputs = run(feeds, timeout)
        self._metrics.wrapped_run_count.inc()
        for output in outputs:
            if output.ndim == 0:
                raise _not_batched("Batched output tensor has 0 dimensions")
            if len(output) != size + padding:
                raise _not_batched(
                    "Batched output tensor's 0th dimension does not equal the sum of the 0th "
                    "dimension sizes of the input tensors"
                )
        ends = list(itertools.accumulate(sizes))
        for task, end in zip(tasks, ends, strict=True):
            _finish(task, outputs=[output[end - task.size : end] for output in outputs])


def _merge(parts: Sequence[np.ndarray], padding: int) -> np.ndarray:
    """Concatenates the tasks' arrays and repeats the last task's first row `padding` times."""
    shape = [max(sizes) for sizes in zip(*(part.shape[1:] for part in parts), strict=True)]
    padded = [_pad(part, shape) for part in parts]
    if padding:
        padded.append(np.repeat(padded[-1][:1], padding, axis=0))
    return padded[0] if len(padded) == 1 else np.concatenate(padded)


def _pad(array: np.ndarray, shape: Sequence[int]) -> np.ndarray:
    """Pads all dimensions but the 0th, as TensorFlow Serving: with the array's first value."""
    widths = [(0, 0)] + [(0, to - size) for to, size in zip(shape, array.shape[1:], strict=True)]
    if not any(width for _, width in widths):
        return array
    if array.size == 0:
        raise ServingError.invalid_argument("an array without values cannot be padded")
    filled = np.full([len(array), *shape], array.flat[0], dtype=array.dtype)
    filled[tuple(slice(size) for size in array.shape)] = array
    return filled


def _finish(
    task: _Task, outputs: Sequence[np.ndarray] = (), error: ServingError | None = None
) -> None:
    task.outputs, task.error = list(outputs), error
    task.done.set()


def _deadline_exceeded() -> ServingError:
    return ServingError(
        grpc.StatusCode.DEADLINE_EXCEEDED, "Run() timeout exceeded while waiting in batching queue"
    )


def _not_batched(message: str) -> ServingError:
    return ServingError(grpc.StatusCode.FAILED_PRECONDITION, message)
