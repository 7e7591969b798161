"""Which workers there are, by TF_CONFIG; and what each of them reads."""

from __future__ import annotations

import itertools
import json

import pytest
import tensorflow as tf

from objects_that_sound.models.input_pipeline import (
    evaluation_batches,
    own_files,
    training_batches,
    video_ids,
)
from objects_that_sound.models.training.devices import device_strategy
from objects_that_sound.models.training.workers import ALONE, Workers, workers


def _config(cluster: dict, kind: str, index: int) -> str:
    return json.dumps({"cluster": cluster, "task": {"type": kind, "index": index}})


_TWO = ["a:1", "b:1"]


@pytest.mark.parametrize(
    ("config", "wanted"),
    [
        ("", ALONE),
        (_config({"worker": ["a:1"]}, "worker", 0), ALONE),
        (_config({"worker": _TWO}, "worker", 1), Workers(2, 1)),
        (_config({"chief": ["c:1"], "worker": _TWO}, "chief", 0), Workers(3, 0)),
        (_config({"chief": ["c:1"], "worker": _TWO}, "worker", 0), Workers(3, 1)),
        (_config({"worker": _TWO, "evaluator": ["e:1"]}, "worker", 0), Workers(2, 0)),
    ],
)
def test_the_chief_comes_first_and_only_who_trains_counts(config, wanted, monkeypatch):
    monkeypatch.setenv("TF_CONFIG", config)
    assert workers() == wanted
    assert workers().is_chief == (wanted.index == 0)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("{", "TF_CONFIG is no JSON"),
        (_config({"worker": _TWO}, "worker", 2), "task 2 of the job 'worker'"),
        (_config({"worker": _TWO, "ps": ["p:1"]}, "ps", 0), "only the jobs chief and worker train"),
    ],
)
def test_a_broken_cluster_is_refused(config, message, monkeypatch):
    monkeypatch.setenv("TF_CONFIG", config)
    with pytest.raises(ValueError, match=message):
        workers()


def test_workers_that_are_connected_too_late_are_told_what_to_do(monkeypatch):
    tf.constant(1)
    monkeypatch.setenv(
        "TF_CONFIG", _config({"worker": ["127.0.0.1:1", "127.0.0.1:2"]}, "worker", 0)
    )
    with pytest.raises(RuntimeError, match=r"models\.training_worker"):
        device_strategy()


def test_files_are_dealt_by_size_and_each_goes_to_one_worker(tmp_path):
    sizes = {"a": 900, "b": 500, "c": 400, "d": 10, "e": 10}
    for name, size in sizes.items():
        (tmp_path / name).write_bytes(bytes(size))
    files = [str(tmp_path / name) for name in sizes]
    hands = [own_files(files, Workers(2, index)) for index in range(2)]
    assert sorted(itertools.chain(*hands)) == files
    for hand in hands:
        assert 900 <= sum(sizes[path[-1]] for path in hand) <= 920


@pytest.fixture(scope="module")
def files(write_examples, tmp_path_factory) -> list[str]:
    folder = tmp_path_factory.mktemp("workers")
    return [write_examples(folder / str(number), 6 + number) for number in range(3)]


def _sounds(files, config, count: int, index: int, batches: int, first_batch: int = 0) -> list:
    dataset = training_batches(
        files, config, 4, 8, seed=1, first_batch=first_batch, workers=Workers(count, index)
    )
    return [
        sound.tobytes()
        for batch in itertools.islice(dataset.as_numpy_iterator(), batches)
        for sound in batch["audio"]
    ]


@pytest.mark.parametrize("shared", [False, True])
def test_workers_read_different_examples_and_together_all(files, shared, tiny_config):
    read = files[:1] if shared else files  # one file for two: both read it, and share its examples
    first, second = (_sounds(read, tiny_config(), 2, index, 30) for index in range(2))
    assert len(first) == len(second) == 60
    assert not set(first) & set(second)
    assert len(set(first) | set(second)) == (6 if shared else 21)
    # A resumed worker goes on where it was.
    assert _sounds(read, tiny_config(), 2, 1, 5, first_batch=25) == second[50:]


def test_validation_is_shared_batch_by_batch(files, tiny_config):
    whole, first, second = (
        [
            [sound.tobytes() for sound in batch["audio"]]
            for batch in evaluation_batches(
                files, tiny_config(), 8, devices=count, workers=Workers(count, index)
            ).as_numpy_iterator()
        ]
        for count, index in ((1, 0), (2, 0), (2, 1))
    )
    # 21 examples: one process takes batches of 7, two devices of 6.
    assert [len(batch) for batch in whole] == [7, 7, 7]
    in_order = [sound for batch in whole for sound in batch]
    joined = [one for pair in zip(first, second, strict=True) for batch in pair for one in batch]
    assert joined == in_order[:18]


def test_the_videos_of_a_batch_are_those_of_all_workers(files):
    names = video_ids(files, 4, 8, 1, 2, Workers(2, 1))
    assert len(names) == 4
    assert names == video_ids(files, 4, 8, 1, 2, Workers(2, 0))


def test_a_batch_that_workers_can_not_share_is_refused(files, tiny_config):
    with pytest.raises(ValueError, match="batch_size 4 must be a multiple of the 3 workers"):
        training_batches(files, tiny_config(), 4, 8, seed=1, workers=Workers(3, 0))
