"""Putting requests together, with functions for models."""

from __future__ import annotations

import concurrent.futures
import threading
from collections.abc import Callable, Iterator, Sequence

import grpc
import numpy as np
import pytest

from objects_that_sound.serving.model_server.batch_scheduler import BatchScheduler
from objects_that_sound.serving.model_server.batching_parameters import BatchingParameters
from objects_that_sound.serving.model_server.metrics import Metrics
from objects_that_sound.serving.model_server.serving_error import ServingError

_LONG = 60_000_000  # microseconds: batches are run because they are full, not because of time


class Model:
    """Doubles its input; refuses negative numbers; remembers its batches."""

    def __init__(self) -> None:
        self.batches: list[list[float]] = []
        self.timeouts: list[float | None] = []
        self.entered = threading.Event()
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, feeds: list[np.ndarray], timeout: float | None) -> list[np.ndarray]:
        self.entered.set()
        assert self.gate.wait(60)
        self.batches.append(feeds[0].ravel().tolist())
        self.timeouts.append(timeout)
        if (feeds[0] < 0).any():
            raise ServingError.invalid_argument("negative")
        return [feeds[0] * 2]


class WatchedScheduler(BatchScheduler):
    """Says when a request has been put into the queue, or refused: no test depends on the clock."""

    def __init__(self, parameters: BatchingParameters, metrics: Metrics):
        super().__init__(parameters, metrics)
        self.asked = threading.Semaphore(0)

    def _schedule(self, *arguments: object) -> None:
        try:
            super()._schedule(*arguments)
        finally:
            self.asked.release()


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
def make() -> Iterator[Callable[..., WatchedScheduler]]:
    made = []

    def scheduler(**parameters: object) -> WatchedScheduler:
        defaults = {"max_batch_size": 4, "batch_timeout_micros": _LONG, "num_batch_threads": 1}
        parameters = BatchingParameters(**(defaults | parameters))
        made.append(WatchedScheduler(parameters, Metrics()))
        return made[-1]

    yield scheduler
    for one in made:
        one.close()


def ask_all(
    scheduler: WatchedScheduler,
    model: Model,
    *requests: list,
    keys: Sequence[str] = (),
    then: Callable[[], None] = lambda: None,
) -> list:
    """Each request's answer or error, asked for in this order; `then` is called once all wait."""
    with concurrent.futures.ThreadPoolExecutor(len(requests)) as pool:
        futures = []
        for number, request in enumerate(requests):
            feed = np.array(request, np.float32)
            key = keys[number] if keys else "key"
            futures.append(pool.submit(scheduler.run, key, model, [feed], 60.0))
            assert scheduler.asked.acquire(timeout=60)
            if not model.gate.is_set():  # the first is being run, whatever comes after it waits
                assert model.entered.wait(60)
        then()
        return [f.exception() or f.result()[0].tolist() for f in futures]


def test_a_full_batch_is_run_at_once(make, model: Model):
    answers = ask_all(make(), model, [1], [2, 3], [4])
    assert answers == [[2], [4, 6], [8]]
    assert model.batches == [[1, 2, 3, 4]]


def test_a_batch_is_closed_by_what_does_not_fit(make, model: Model):
    assert ask_all(make(), model, [1, 2, 3], [4, 5], [6, 7]) == [[2, 4, 6], [8, 10], [12, 14]]
    assert model.batches == [[1, 2, 3], [4, 5, 6, 7]]


def test_a_batch_waits_no_longer_than_it_may(make, model: Model):
    assert ask_all(make(batch_timeout_micros=1000), model, [1]) == [[2]]


def test_without_a_timeout_requests_go_as_a_thread_is_free(make, model: Model):
    scheduler = make(batch_timeout_micros=0)
    model.gate.clear()
    assert ask_all(scheduler, model, [1], [2], [3], then=model.gate.set) == [[2], [4], [6]]
    assert model.batches == [[1], [2, 3]]


def test_padding_to_the_allowed_sizes(make, model: Model):
    scheduler = make(allowed_batch_sizes=(1, 4))
    assert ask_all(scheduler, model, [1], [2], then=scheduler.close) == [[2], [4]]
    assert model.batches == [[1, 2, 2, 2]]


def test_only_equal_shapes_go_together(make, model: Model):
    scheduler = make()
    requests = [[1, 2]], [[3]], [[4, 5]]
    answers = ask_all(scheduler, model, *requests, then=scheduler.close)
    assert answers == [[[2, 4]], [[6]], [[8, 10]]]
    assert sorted(model.batches) == [[1, 2, 4, 5], [3]]


def test_padding_of_variable_lengths_by_the_first_value(make, model: Model):
    scheduler = make(max_batch_size=3, pad_variable_length_inputs=True)
    answers = ask_all(scheduler, model, [[1, 2]], [[3], [4]])
    assert answers == [[[2, 4]], [[6, 6], [8, 6]]]
    assert model.batches == [[1, 2, 3, 3, 4, 3]]


def test_large_requests_are_split(make, model: Model):
    scheduler = make(
        max_batch_size=7, enable_large_batch_splitting=True, max_execution_batch_size=3,
        batch_timeout_micros=1000,
    )  # fmt: skip
    assert ask_all(scheduler, model, [1, 2, 3, 4, 5, 6, 7]) == [[2, 4, 6, 8, 10, 12, 14]]
    assert model.batches == [[1, 2, 3], [4, 5, 6], [7]]


def test_parts_of_a_split_request_with_outputs_of_other_shapes_are_an_error(make):
    """As the maps of images of many shapes are, which are filled up in each batch."""

    def widest(feeds, _timeout):
        return [np.zeros((len(feeds[0]), int(feeds[0].max())), np.float32)]

    scheduler = make(
        max_batch_size=7, enable_large_batch_splitting=True, max_execution_batch_size=3,
        batch_timeout_micros=1000,
    )  # fmt: skip
    feed = np.array([1, 2, 2, 1], np.float32)
    with pytest.raises(ServingError, match="send at most 3 examples at once") as caught:
        scheduler.run("key", widest, [feed], None)
    assert caught.value.code == grpc.StatusCode.INVALID_ARGUMENT


def test_one_bad_request_spoils_no_other(make, model: Model):
    answers = ask_all(make(), model, [1], [-1], [2, 3])
    assert answers[0] == [2] and answers[2] == [4, 6]
    assert answers[1].code == grpc.StatusCode.INVALID_ARGUMENT


def test_a_batch_has_its_longest_deadline(make, model: Model):
    scheduler = make(max_batch_size=2)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        feed = [np.ones(1, np.float32)]
        first = pool.submit(scheduler.run, "key", model, feed, 100.0)
        second = pool.submit(scheduler.run, "key", model, feed, 5.0)
        assert first.result() and second.result()
    assert 90 < model.timeouts[0] <= 100


def test_deadlines_pass_in_the_queue(make, model: Model):
    scheduler = make(batch_timeout_micros=0, max_batch_size=1)
    model.gate.clear()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        long = pool.submit(scheduler.run, "key", model, [np.ones(1)], None)
        assert model.entered.wait(60)
        with pytest.raises(ServingError) as caught:
            scheduler.run("key", model, [np.ones(1)], 0.1)
        assert caught.value.code == grpc.StatusCode.DEADLINE_EXCEEDED
        model.gate.set()
        assert long.result()[0] == [2]
    scheduler.close()
    assert len(model.batches) == 1  # what nobody waits for is not run


def test_a_full_queue(make, model: Model):
    scheduler = make(batch_timeout_micros=0, max_batch_size=1, max_enqueued_batches=2)
    model.gate.clear()
    answers = ask_all(scheduler, model, [1], [2], [3], [4], then=model.gate.set)
    assert answers[:3] == [[2], [4], [6]]
    assert answers[3].code == grpc.StatusCode.UNAVAILABLE and "full" in answers[3].message


@pytest.mark.parametrize(
    ("feeds", "words"),
    [
        ([np.float32(1)], "at least one dimension"),
        ([np.ones(2), np.ones(3)], "equal 0th-dimension size"),
        ([np.ones(0)], "at least one entry"),
        ([np.ones(5)], "Task size 5 is larger than maximum input batch size 4"),
    ],
)
def test_what_cannot_be_batched(make, model: Model, feeds: list, words: str):
    with pytest.raises(ServingError, match=words) as caught:
        make().run("key", model, [np.asarray(feed) for feed in feeds], None)
    assert caught.value.code == grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("output", [np.float32(1), np.ones(7)])
def test_outputs_that_cannot_be_divided(make, output: np.ndarray):
    scheduler = make(batch_timeout_micros=0)
    with pytest.raises(ServingError) as caught:
        scheduler.run("key", lambda feeds, timeout: [np.asarray(output)], [np.ones(1)], None)
    assert caught.value.code == grpc.StatusCode.FAILED_PRECONDITION


def test_different_keys_stay_apart_and_take_turns(make, model: Model):
    scheduler = make()
    answers = ask_all(scheduler, model, [0], [1], [2], [3], keys="abab", then=scheduler.close)
    assert answers == [[0], [2], [4], [6]]
    assert sorted(model.batches) == [[0, 2], [1, 3]]
