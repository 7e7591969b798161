"""What every vector database does, on real ones."""

from __future__ import annotations

import threading
from collections import Counter

import numpy as np
import pytest

from objects_that_sound.components.vector_database.connect_database import (
    connect_database,
    is_address,
)
from objects_that_sound.components.vector_database.database_error import DatabaseError
from objects_that_sound.components.vector_database.moments import Moments
from objects_that_sound.components.vector_database.search_filter import SearchFilter

SIZE = 8
ALL = SearchFilter()


def _unit(count: int, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, SIZE)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _moments(videos: int, each: int = 4, seed: int = 0, digest: str = "a") -> Moments:
    """Videos `v0`, `v1`…, with awkward names, moments at 0.1, 1.1, …, classes c0, c1, c2 in turn."""
    count = videos * each
    numbers = [divmod(row, each) for row in range(count)]
    return Moments(
        keys=[f"{digest}{video}-{moment}" for video, moment in numbers],
        videos=[_video(video) for video, _ in numbers],
        digests=[digest] * count,
        times=[moment + 0.1 for _, moment in numbers],
        labels=[f"c{video % 3}" for video, _ in numbers],
        image=_unit(count, seed),
        audio=_unit(count, seed + 1),
    )


def _video(number: int) -> str:
    return f'ä "{number}" it\'s\\here.mp4'


def _written(database, moments: Moments, model: str = "one"):
    version = database.begin(model, "/models/one", SIZE)
    database.write(version, moments)
    database.finish(version)
    database.publish(version)
    return database.newest()


def _names(found) -> list[list[tuple[str, float]]]:
    return [[(item.id, item.time) for item in items] for items in found]


def _expected(moments: Moments, vectors: np.ndarray, queries: np.ndarray, k: int, rows=None):
    rows = np.arange(len(moments)) if rows is None else np.asarray(rows, int)
    order = np.argsort(-(queries @ vectors[rows].T), axis=1, kind="stable")[:, :k]
    return [
        [(moments.videos[row], pytest.approx(moments.times[row])) for row in rows[line]]
        for line in order
    ]


def test_the_nearest_of_either_modality_are_numpys(database):
    moments = _moments(videos=30)
    version = _written(database, moments)
    queries = _unit(3, seed=9)
    for modality in ("image", "audio"):
        vectors = getattr(moments, modality)
        found = database.search(version, modality, queries, 7, ALL)
        assert _names(found) == _expected(moments, vectors, queries, 7)
        best = np.sort(queries @ vectors.T, axis=1)[:, ::-1][:, :7]
        np.testing.assert_allclose([[i.score for i in items] for items in found], best, atol=2e-3)
    assert database.search(version, "audio", queries[:0], 5, ALL) == []
    assert [len(items) for items in database.search(version, "audio", queries, 1000, ALL)] == [
        120
    ] * 3
    first = database.search(version, "audio", queries[:1], 1, ALL)[0][0]
    assert first.label == f"c{[_video(n) for n in range(30)].index(first.id) % 3}"


FILTERS = [
    (SearchFilter(labels=("c1",)), lambda video, time: video % 3 == 1),
    (SearchFilter(labels=("c0", "c2")), lambda video, time: video % 3 != 1),
    (SearchFilter(videos=(_video(4), _video(20))), lambda video, time: video in (4, 20)),
    # 1.1 is no float32: the bound must be rounded as the stored times are.
    (SearchFilter(start=1.1, end=3.1), lambda video, time: time in (1, 2)),
    (SearchFilter(("c1",), (_video(4),), start=2), lambda video, time: video == 4 and time >= 2),
    (SearchFilter(labels=("none",)), lambda video, time: False),
]


def test_a_filter_leaves_the_nearest_of_what_fits(database):
    moments = _moments(videos=30)
    version = _written(database, moments)
    queries = _unit(2, seed=5)
    for where, fits in FILTERS:
        rows = [row for row in range(len(moments)) if fits(*divmod(row, 4))]
        found = database.search(version, "audio", queries, 5, where)
        assert _names(found) == _expected(moments, moments.audio, queries, 5, rows), where


def test_rows_take_each_others_place_and_go(database):
    version = _written(database, _moments(videos=5))
    assert database.count(version) == 20
    assert database.stored(version, [_video(2), "none"]) == {_video(2): Counter(a=4)}
    database.write(version, _moments(videos=5))
    assert database.count(version) == 20
    database.write(version, _moments(videos=2, each=3, digest="b"))
    assert database.stored(version, [_video(0)]) == {_video(0): Counter(a=4, b=3)}
    database.delete(version, {_video(0): "b", _video(1): "b", _video(4): None})
    assert database.count(version) == 3 + 3 + 4 + 4
    assert database.stored(version, [_video(n) for n in range(5)]) == {
        _video(0): Counter(b=3),
        _video(1): Counter(b=3),
        _video(2): Counter(a=4),
        _video(3): Counter(a=4),
    }


def test_a_version_is_seen_when_it_is_published_and_by_its_own_model_only(database):
    with pytest.raises(DatabaseError, match="There is no index in"):
        database.newest()
    first = _written(database, _moments(videos=3))
    second = database.begin("two", "/models/two", 4)
    assert (first.number, second.number) == (1, 2)
    assert database.newest() == first
    with pytest.raises(DatabaseError, match="another model, which was in /models/one"):
        database.newest("two")
    database.publish(second)
    assert database.newest().model == "two"
    assert database.newest("one") == first
    assert database.newest("two").size == 4
    database.drop(first)
    assert [version.number for version in database.versions()] == [2]
    assert database.begin("three", "/models/three", 2).number == 3


def test_what_was_written_is_there_after_the_connection(address):
    with connect_database(address) as database:
        version = _written(database, _moments(videos=3))
    with connect_database(address) as database:
        assert database.newest() == version
        assert database.count(version) == 12
        assert len(database.search(version, "image", _unit(1), 5, ALL)[0]) == 5


def test_no_search_fails_or_finds_less_while_videos_change_and_a_version_comes(database, address):
    version = _written(database, _moments(videos=100))
    # Milvus Lite's file is for one connection.
    other = address.startswith("postgresql") and connect_database(address)
    reader = other or database
    stop, counts, failures = threading.Event(), [], []

    def search() -> None:
        queries = _unit(2, seed=3)
        while not stop.is_set():
            try:
                found = reader.search(reader.newest("one"), "audio", queries, 10, ALL)
                counts.extend(map(len, found))
            except Exception as error:
                failures.append(error)

    thread = threading.Thread(target=search)
    thread.start()
    try:
        for digest in "bcd":  # one video of a hundred each time
            database.write(version, _moments(videos=1, digest=digest))
            database.delete(version, {_video(0): digest})
            database.finish(version)
        _written(database, _moments(videos=100, seed=8), model="two")
    finally:
        stop.set()
        thread.join()
        if other:
            other.close()
    assert failures == []
    assert counts
    assert set(counts) == {10}
    assert database.stored(version, [_video(0)]) == {_video(0): Counter(d=4)}


def test_addresses_are_told_from_folders():
    assert is_address("milvus:///some/file.db")
    assert is_address("postgresql://host/name")
    assert not is_address("runs/search")
    assert not is_address("milvus")
    with pytest.raises(ValueError, match="begins with milvus:// or postgresql://"):
        connect_database("mysql://host/name")
