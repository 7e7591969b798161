"""What Prometheus can read of the server, under TensorFlow Serving's names."""

from __future__ import annotations

import collections
import contextlib
import threading
import time
from collections.abc import Iterator, Sequence

import grpc
import prometheus_client
from prometheus_client import Histogram, metrics_core, registry

from objects_that_sound.serving.model_server.serving_error import ServingError

_SERVING = ":tensorflow:serving:"
_LATENCY_BUCKETS = [10 * 1.8**power for power in range(33)]  # microseconds, to 20 minutes
_QUEUING_BUCKETS = [100 * 1.2**power for power in range(52)]  # microseconds, to a second
_SIZE_BUCKETS = [2.0**power for power in range(15)]


class Metrics:
    """Counters and histograms of one server, each by TensorFlow Serving's name and labels.

    Times are in microseconds, as there.
    """

    def __init__(self) -> None:
        self._registry = registry.CollectorRegistry()
        self.request_count = self._counter(
            "request_count", "The total number of requests.", ["model_name", "status"]
        )
        self.request_latency = self._histogram(
            "request_latency",
            "Distribution of wall time (in microseconds) for Tensorflow Serving request.",
            ["model_name", "API", "entrypoint"],
            _LATENCY_BUCKETS,
        )
        self.runtime_latency = self._histogram(
            "runtime_latency",
            "Distribution of wall time (in microseconds) for Tensorflow runtime.",
            ["model_name", "API", "runtime"],
            _LATENCY_BUCKETS,
        )
        self.request_example_counts = self._histogram(
            "request_example_counts",
            "The number of tensorflow.Examples per request.",
            ["model"],
            _SIZE_BUCKETS,
        )
        self.request_example_count_total = self._counter(
            "request_example_count_total", "The total number of tensorflow.Examples.", ["model"]
        )
        self.model_warmup_latency = self._histogram(
            "model_warmup_latency",
            "Distribution of wall time (in microseconds) for warming up the model.",
            ["model_path", "status"],
            _LATENCY_BUCKETS,
        )
        self.queuing_latency = self._histogram(
            "batching_session:queuing_latency",
            "Distribution of wall time spent (in microseconds) in queuing",
            ["thread_pool_name"],
            _QUEUING_BUCKETS,
        )
        self.input_batch_size = self._histogram(
            "batching_session:input_batch_size",
            "Tracks the batch size distribution on the inputs by model",
            [],
            _SIZE_BUCKETS,
        )
        self.processed_batch_size = self._histogram(
            "batching_session:processed_batch_size",
            "Tracks the batch size distribution on processing",
            [],
            _SIZE_BUCKETS,
        )
        self.padding_size = self._histogram(
            "batching_session:padding_size",
            "Tracks the padding size distribution on batches",
            ["execution_batch_size"],
            _SIZE_BUCKETS,
        )
        self.wrapped_run_count = self._counter(
            "batching_session:wrapped_run_count",
            "Total count of run calls on the wrapped session",
            [],
        )
        self.load_attempt_count = _Counter(
            ":tensorflow:cc:saved_model:load_attempt_count",
            "The number of times a SavedModel was requested to be loaded.",
            ["model_path", "status"],
        )
        self.load_latency = _Counter(
            ":tensorflow:cc:saved_model:load_latency",
            "Latency in microseconds for SavedModels that were successfully loaded.",
            ["model_path"],
        )
        self._registry.register(self.load_attempt_count)
        self._registry.register(self.load_latency)

    def page(self) -> bytes:
        """All of them in Prometheus' text format."""
        return prometheus_client.generate_latest(self._registry)

    @contextlib.contextmanager
    def request(self, model: str, api: str, entrypoint: str) -> Iterator[None]:
        """Counts a request and its time, with the status that it ends with."""
        start, status = time.perf_counter(), grpc.StatusCode.OK
        try:
            yield
        except ServingError as error:
            status = error.code
            raise
        except BaseException:
            status = grpc.StatusCode.INTERNAL
            raise
        finally:
            self.request_count.labels(model, status.name).inc()
            if status is grpc.StatusCode.OK:
                microseconds = (time.perf_counter() - start) * 1e6
                self.request_latency.labels(model, api, entrypoint).observe(microseconds)

    def _counter(self, name: str, words: str, labels: Sequence[str]) -> _Counter:
        counter = _Counter(_SERVING + name, words, labels)
        self._registry.register(counter)
        return counter

    def _histogram(
        self, name: str, words: str, labels: Sequence[str], buckets: Sequence[float]
    ) -> Histogram:
        return Histogram(_SERVING + name, words, labels, buckets=buckets, registry=self._registry)


class _Counter(registry.Collector):
    """A counter whose name is left as it is.

    prometheus_client's own adds `_total`, which TensorFlow Serving's counters do not have. For the
    same reason the page has it as `untyped`.
    """

    def __init__(self, name: str, words: str, labels: Sequence[str]):
        self._name, self._words, self._label_names = name, words, list(labels)
        self._counts: dict[tuple[str, ...], float] = collections.defaultdict(float)
        self._lock = threading.Lock()

    def labels(self, *values: str) -> _Cell:
        """The count for these values of the labels."""
        return _Cell(self, values)

    def inc(self, amount: float = 1, values: tuple[str, ...] = ()) -> None:
        """Adds to the count for these values of the labels."""
        with self._lock:
            self._counts[values] += amount

    def collect(self) -> Iterator[metrics_core.Metric]:
        metric = metrics_core.Metric(self._name, self._words, "unknown")
        with self._lock:
            for values, count in self._counts.items():
                labels = dict(zip(self._label_names, values, strict=True))
                metric.add_sample(self._name, labels, count)
        yield metric


class _Cell:
    def __init__(self, counter: _Counter, values: tuple[str, ...]):
        self._counter, self._values = counter, values

    def inc(self, amount: float = 1) -> None:
        self._counter.inc(amount, self._values)
