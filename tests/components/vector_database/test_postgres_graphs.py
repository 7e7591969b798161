"""When graphs are made in PostgreSQL, in which memory, and how many of the nearest they find."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

psycopg = pytest.importorskip("psycopg", reason="needs the extra 'vector-databases'")
pytest.importorskip("pgvector", reason="needs the extra 'vector-databases'")

from objects_that_sound.components.vector_database import postgres_graphs  # noqa: E402
from objects_that_sound.components.vector_database.connect_database import (  # noqa: E402
    connect_database,
)
from objects_that_sound.components.vector_database.moments import Moments  # noqa: E402
from objects_that_sound.components.vector_database.postgres_session import (  # noqa: E402
    PostgresSession,
)
from objects_that_sound.components.vector_database.search_filter import (  # noqa: E402
    SearchFilter,
)

SIZE = 16
COUNT = 3000


def _moments() -> Moments:
    vectors = np.random.default_rng(0).normal(size=(2, COUNT, SIZE)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
    return Moments(
        keys=[f"{row * 7919 % COUNT:05d}" for row in range(COUNT)],
        videos=[f"v{row // 10}" for row in range(COUNT)],
        digests=["a"] * COUNT,
        times=[float(row % 10) for row in range(COUNT)],
        labels=["rare" if row % 500 == 0 else "common" for row in range(COUNT)],
        image=vectors[0],
        audio=vectors[1],
    )


def _list_size(address, version) -> int:
    with psycopg.connect(address) as connection:
        query = "SELECT list_size FROM own.ots_index_versions WHERE number = %s"
        return connection.execute(query, [version.number]).fetchone()[0]


def _recall(database, version, moments, k: int = 10) -> float:
    queries = moments.image[:50]
    found = database.search(version, "audio", queries, k, SearchFilter())
    bounds = -np.sort(-(queries @ moments.audio.T), axis=1)[:, k - 1]
    return float(
        np.mean(
            [
                item.score >= b - 2e-3
                for items, b in zip(found, bounds, strict=True)
                for item in items
            ]
        )
    )


def test_many_rows_get_graphs_whose_searches_find_what_they_must(postgres_schema, monkeypatch):
    monkeypatch.setattr(postgres_graphs, "_EXACT_UP_TO", 1000)
    moments = _moments()
    with connect_database(postgres_schema) as database:
        version = database.begin("one", "/models/one", SIZE)
        database.write(version, moments)
        database.finish(version)
        assert _list_size(postgres_schema, version) > 0
        assert _recall(database, version, moments) >= postgres_graphs.RECALL - 0.01
        # Rare ones, and more than the graph's lists hold, are found all the same.
        rare = database.search(version, "audio", moments.image[:3], 10, SearchFilter(("rare",)))
        assert [len(items) for items in rare] == [COUNT // 500] * 3
        assert (
            len(database.search(version, "audio", moments.image[:1], 1000, SearchFilter())[0])
            == 1000
        )


def test_queries_that_are_no_moments_of_the_collection_find_as_much(postgres_schema, monkeypatch):
    monkeypatch.setattr(postgres_graphs, "_EXACT_UP_TO", 1000)
    monkeypatch.setattr(postgres_graphs, "_LIST_SIZES", (10, 12, 14, 16, 20, 30, 50, 100))
    vectors = np.random.default_rng(0).normal(size=(COUNT + 200, SIZE)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    own, others = vectors[:COUNT], vectors[COUNT:]
    with connect_database(postgres_schema) as database:
        version = database.begin("one", "/models/one", SIZE)
        database.write(version, dataclasses.replace(_moments(), image=own, audio=own))
        database.finish(version)
        found = database.search(version, "audio", others, 10, SearchFilter())
    bounds = -np.sort(-(others @ own.T), axis=1)[:, 9]
    recall = [
        item.score >= bound - 2e-3
        for items, bound in zip(found, bounds, strict=True)
        for item in items
    ]
    # Each graph is another, and 200 queries are a sample.
    assert np.mean(recall) >= postgres_graphs.RECALL - 0.005


def test_where_no_list_is_long_enough_all_rows_are_compared(postgres_schema, monkeypatch):
    monkeypatch.setattr(postgres_graphs, "_EXACT_UP_TO", 1000)
    monkeypatch.setattr(postgres_graphs, "_LIST_SIZES", (1,))
    moments = _moments()
    with connect_database(postgres_schema) as database:
        version = database.begin("one", "/models/one", SIZE)
        database.write(version, moments)
        database.finish(version)
        assert _list_size(postgres_schema, version) == 0
        assert _recall(database, version, moments) == 1


@pytest.mark.parametrize(
    ("cache", "row_bytes", "memory"),
    [
        ("4GB", 1 << 20, 2 << 30),  # wants 3 GB, and the server has half of 4
        ("16GB", 1 << 20, COUNT * (2 * SIZE + (1 << 20)) + (16 << 20)),
        ("4GB", 1, 64 << 20),  # PostgreSQL's own, which is enough
    ],
)
def test_a_graph_is_built_in_the_memory_that_it_needs_and_the_server_has(
    postgres_schema, monkeypatch, cache, row_bytes, memory
):
    monkeypatch.setattr(postgres_graphs, "_EXACT_UP_TO", 1000)
    monkeypatch.setattr(postgres_graphs, "_GRAPH_BYTES", row_bytes)
    given = []
    execute = PostgresSession.execute

    def told(self, query, *names, values=()):
        if query.startswith("CREATE INDEX IF NOT EXISTS"):
            given.append(
                execute(self, "SELECT pg_size_bytes(current_setting('maintenance_work_mem'))")
            )
        return execute(self, query, *names, values=values)

    monkeypatch.setattr(PostgresSession, "execute", told)
    with connect_database(f"{postgres_schema}%20-ceffective_cache_size%3D{cache}") as database:
        version = database.begin("one", "/models/one", SIZE)
        database.write(version, _moments())
        database.finish(version)
        # Of both graphs, rounded to kB; and only while they are built.
        assert [value for [[value]] in given] == [pytest.approx(memory, abs=1024)] * 2
        assert database._session.rows(psycopg.sql.SQL("SHOW maintenance_work_mem")) == [("64MB",)]


def test_a_graph_that_processes_cannot_share_is_built_by_one(postgres_schema, monkeypatch):
    monkeypatch.setattr(postgres_graphs, "_EXACT_UP_TO", 1000)
    # No machine has a terabyte of shared memory; one process takes only what it uses.
    monkeypatch.setattr(postgres_graphs, "_GRAPH_BYTES", 1 << 29)
    settings = "-ceffective_cache_size%3D4TB%20-cmin_parallel_table_scan_size%3D0"
    calls = []
    create = postgres_graphs._create_graph

    def told(*arguments, shared):
        calls.append(shared)
        return create(*arguments, shared=shared)

    monkeypatch.setattr(postgres_graphs, "_create_graph", told)
    moments = _moments()
    with connect_database(f"{postgres_schema}%20{settings}") as database:
        version = database.begin("one", "/models/one", SIZE)
        database.write(version, moments)
        database.finish(version)
        assert calls == [True, False] * 2
        assert _list_size(postgres_schema, version) > 0
        assert _recall(database, version, moments) >= postgres_graphs.RECALL - 0.01
