"""Graphs (HNSW) over the vectors of a version in PostgreSQL."""

from __future__ import annotations

import numpy as np
import psycopg
from psycopg import sql

from objects_that_sound.components.vector_database.database_error import DatabaseError
from objects_that_sound.components.vector_database.index_version import IndexVersion
from objects_that_sound.components.vector_database.postgres_search import (
    LONGEST_LIST,
    nearest,
    table_of,
)
from objects_that_sound.components.vector_database.postgres_session import PostgresSession
from objects_that_sound.components.vector_database.search_filter import SearchFilter
from objects_that_sound.components.vector_database.vector_database import MODALITIES

RECALL = 0.99
"""Share of the nearest that a search must find, on average."""

_EXACT_UP_TO = 50_000
"""Rows that are compared one by one in a few hundredths of a second, without a graph."""

_GRAPH_BYTES = 768
"""What pgvector takes for a row while it builds a graph, besides the vector; 715 were measured."""

_GRAPH_EXTRA = 16 << 20
"""Bytes that a graph needs besides its rows."""

_CACHE_SHARE = 2
"""At most this part of `effective_cache_size`, what the server has to cache with, goes to a graph."""

_LIST_SIZES = (40, 80, 160, 320, 640, LONGEST_LIST)
"""Candidates that a search in the graph keeps, pgvector's `hnsw.ef_search`."""

_NO_SHARED_MEMORY = (psycopg.errors.DiskFull, psycopg.errors.OutOfMemory)
"""What PostgreSQL says where its processes can't share that much: containers often have 64 MB."""

_PROBES = 64
_STANDARD_ERRORS = 2
"""Standard errors of the measured recall that it must be beyond `RECALL`."""

_NEAREST = 10


def make_graphs(session: PostgresSession, version: IndexVersion, rows: int) -> int:
    """Makes the graphs of a version with many rows, where there are none yet.

    Args:
        session: with the database.
        version: that is written.
        rows: that it has.

    Returns:
        How many candidates a search in the graphs must keep. 0: all rows are to be compared.

    Raises:
        DatabaseError: it can't be done.
    """
    if rows <= _EXACT_UP_TO:
        return 0
    for modality in MODALITIES:
        _make_graph(session, version, modality, rows)
    return _sufficient_list_size(session, version)


def _make_graph(session: PostgresSession, version: IndexVersion, modality: str, rows: int) -> None:
    """Makes the graph of a column, if there is none, in memory where the server has enough."""
    try:
        _create_graph(session, version, modality, rows, shared=True)
    except DatabaseError as error:
        if not isinstance(error.__cause__, _NO_SHARED_MEMORY):
            raise
        _create_graph(session, version, modality, rows, shared=False)


def _create_graph(
    session: PostgresSession, version: IndexVersion, modality: str, rows: int, shared: bool
) -> None:
    with session.transaction():
        _allow_memory(session, rows * (2 * version.size + _GRAPH_BYTES) + _GRAPH_EXTRA)
        if not shared:
            session.execute("SET LOCAL max_parallel_maintenance_workers = 0")
        session.execute(
            "CREATE INDEX IF NOT EXISTS {} ON {} USING hnsw ({} halfvec_ip_ops)",
            sql.Identifier(f"ots_index_{version.number}_{modality}"),
            *(table_of(version), sql.Identifier(modality)),
        )


def _allow_memory(session: PostgresSession, size: int) -> None:
    """Lets the transaction build a graph of so many bytes in memory, if the server has them.

    What outgrows `maintenance_work_mem` is written to the disk, row by row, many times slower.
    """
    names = ["maintenance_work_mem", "effective_cache_size"]
    [[allowed], [cache]] = session.execute(
        "SELECT pg_size_bytes(current_setting(name)) FROM unnest(%s::text[]) AS name",
        values=[names],
    )
    size = min(size, cache // _CACHE_SHARE)
    if size > allowed:
        session.execute("SELECT set_config(%s, %s, true)", values=[names[0], f"{size >> 10}kB"])


def _sufficient_list_size(session: PostgresSession, version: IndexVersion) -> int:
    """The least list size with which searches surely find `RECALL`.

    The probes lie halfway between two moments of the collection: a graph leads to what is in
    it more surely than to the neighbours of what is not. 0 where no size does it, or where
    PostgreSQL prefers to compare all rows by itself.
    """
    anything = SearchFilter()
    with session.transaction():
        # Keys begin with a digest: their order is none of the collection's.
        probes = session.execute(
            "SELECT image, audio FROM {} ORDER BY key LIMIT %s",
            table_of(version),
            values=[_PROBES],
        )
        image, audio = (
            _halfway(np.stack([v.to_numpy() for v in vectors]))
            for vectors in zip(*probes, strict=True)
        )
        searches = (("audio", image), ("image", audio))
        bounds = [
            [
                items[-1].score
                for items in nearest(session, version, sought, queries, _NEAREST, anything, 0)
            ]
            for sought, queries in searches
        ]
        for size in _LIST_SIZES:
            hits = [
                np.mean([item.score >= bound - 1e-6 for item in items]) * (len(items) / _NEAREST)
                for (sought, queries), least in zip(searches, bounds, strict=True)
                for items, bound in zip(
                    nearest(session, version, sought, queries, _NEAREST, anything, size),
                    least,
                    strict=True,
                )
            ]
            error = np.std(hits) / np.sqrt(len(hits))
            if np.mean(hits) - _STANDARD_ERRORS * error >= RECALL:
                return size
    return 0


def _halfway(vectors: np.ndarray) -> np.ndarray:
    """Unit vectors [n, size] halfway from each of n unit vectors to the next one."""
    vectors = vectors.astype(np.float32)
    mixed = vectors + np.roll(vectors, 1, axis=0)
    return mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
