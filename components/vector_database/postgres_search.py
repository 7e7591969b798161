"""What a search asks PostgreSQL."""

from __future__ import annotations

from typing import Any

import numpy as np
from pgvector import HalfVector
from psycopg import sql

from objects_that_sound.components.vector_database.index_version import IndexVersion
from objects_that_sound.components.vector_database.postgres_session import PostgresSession
from objects_that_sound.components.vector_database.search_filter import SearchFilter
from objects_that_sound.components.vector_database.vector_database import found_item
from objects_that_sound.serving.client.found_item import FoundItem

LONGEST_LIST = 1000
"""pgvector's greatest `hnsw.ef_search`."""


def nearest(
    session: PostgresSession,
    version: IndexVersion,
    modality: str,
    queries: np.ndarray,
    k: int,
    where: SearchFilter,
    list_size: int,
) -> list[list[FoundItem]]:
    """Searches in a transaction that is under way.

    Args:
        session: with the database.
        version: to search in.
        modality: whose vectors are compared.
        queries: float32 [q, size], unit vectors.
        k: most results of a query.
        where: condition that they meet.
        list_size: candidates that a search in the graph keeps; 0 compares all rows.

    Returns:
        For each query what is found, best first.
    """
    for name, value in (
        ("enable_indexscan", "on" if list_size else "off"),  # graphs are scanned no other way
        ("hnsw.ef_search", str(max(list_size, min(k, LONGEST_LIST)))),
        ("hnsw.iterative_scan", "strict_order"),  # goes on where a filter leaves too few
    ):
        session.execute("SELECT set_config(%s, %s, true)", values=[name, value])
    condition, values = _condition(where)
    return [
        [
            found_item(video, time, score, label)
            for video, time, label, score in session.execute(
                "SELECT video, time, label, -({} <#> %s) FROM {} WHERE {}"
                " ORDER BY {} <#> %s LIMIT %s",
                *(sql.Identifier(modality), table_of(version), condition),
                sql.Identifier(modality),
                values=[query, *values, query, k],
            )
        ]
        for query in map(HalfVector, queries)
    ]


def table_of(version: IndexVersion) -> sql.Identifier:
    """The name of a version's table."""
    return sql.Identifier(f"ots_index_{version.number}")


def _condition(where: SearchFilter) -> tuple[sql.Composable, list[Any]]:
    """A filter as SQL and its values."""
    parts = [
        ("label = ANY(%s)", list(where.labels) or None),
        ("video = ANY(%s)", list(where.videos) or None),
        ("time >= %s::real", where.start),
        ("time < %s::real", where.end),
    ]
    given = [(text, value) for text, value in parts if value is not None]
    words = [sql.SQL(text) for text, _ in given] or [sql.SQL("true")]
    return sql.SQL(" AND ").join(words), [value for _, value in given]
