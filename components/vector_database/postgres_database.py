"""PostgreSQL with pgvector."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import psycopg
from pgvector import HalfVector
from pgvector.psycopg import register_vector
from psycopg import sql

from objects_that_sound.components.vector_database.database_error import DatabaseError
from objects_that_sound.components.vector_database.index_version import IndexVersion
from objects_that_sound.components.vector_database.moments import Moments
from objects_that_sound.components.vector_database.search_filter import SearchFilter
from objects_that_sound.components.vector_database.vector_database import (
    MODALITIES,
    VectorDatabase,
    found_item,
)
from objects_that_sound.serving.client.found_item import FoundItem

RECALL = 0.99
"""Share of the nearest that a search must find, on average."""

_VERSIONS = sql.Identifier("ots_index_versions")
_WRITER = 0x6F7473
"""Key of the advisory lock that a writer holds."""

_EXACT_UP_TO = 50_000
"""Rows that are compared one by one in a few hundredths of a second, without a graph."""

_GRAPH_BYTES = 768
"""What pgvector takes for a row while it builds a graph, besides the vector; 715 were measured."""

_GRAPH_EXTRA = 16 << 20
"""Bytes that a graph needs besides its rows."""

_CACHE_SHARE = 2
"""At most this part of `effective_cache_size`, what the server has to cache with, goes to a graph."""

_LIST_SIZES = (40, 80, 160, 320, 640, 1000)
"""Candidates that a search in the graph keeps, pgvector's `hnsw.ef_search`; 1000 is its greatest."""

_NO_SHARED_MEMORY = (psycopg.errors.DiskFull, psycopg.errors.OutOfMemory)
"""What PostgreSQL says where its processes can't share that much: containers often have 64 MB."""

_PROBES = 64
_STANDARD_ERRORS = 2
"""Standard errors of the measured recall that it must be beyond `RECALL`."""

_NEAREST = 10


class PostgresDatabase(VectorDatabase):
    """Keeps each version in a table of its own, its vectors as float16.

    A version with many rows gets graphs (HNSW) when it is finished. How many candidates a search in
    them keeps is measured then, on frames and sounds of the collection: the least with which
    `RECALL` of the nearest are found. Where no number does it, all rows are compared.
    """

    def __init__(self, address: str, shown: str):
        """Connects.

        Args:
            address: URI as libpq takes it.
            shown: the same for people.
        """
        super().__init__(shown)
        self._lock = threading.Lock()
        self._knows_vectors = False
        with _errors(shown):
            self._connection = psycopg.connect(address, autocommit=True, connect_timeout=10)

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """See `VectorDatabase.writing`."""
        [[free]] = self._rows(sql.SQL("SELECT pg_try_advisory_lock(%s)"), [_WRITER])
        if not free:
            raise DatabaseError(f"Another `ots index` is writing to {self.address}: wait for it.")
        try:
            yield
        finally:
            if not self._connection.closed:
                self._rows(sql.SQL("SELECT pg_advisory_unlock(%s)"), [_WRITER])

    def versions(self) -> list[IndexVersion]:
        """See `VectorDatabase.versions`."""
        if self._rows(sql.SQL("SELECT to_regclass('ots_index_versions')")) == [(None,)]:
            return []
        query = "SELECT number, model, model_folder, size, published FROM {} ORDER BY number"
        return [IndexVersion(*row) for row in self._rows(sql.SQL(query).format(_VERSIONS))]

    def begin(self, model: str, model_folder: str, size: int) -> IndexVersion:
        """See `VectorDatabase.begin`."""
        self._make_extension()
        with self._transaction():
            self._execute(
                "CREATE TABLE IF NOT EXISTS {} (number int PRIMARY KEY, model text NOT NULL,"
                " model_folder text NOT NULL, size int NOT NULL,"
                " published bool NOT NULL DEFAULT false, list_size int NOT NULL DEFAULT 0)",
                _VERSIONS,
            )
            [[number]] = self._execute(
                "INSERT INTO {} (number, model, model_folder, size)"
                " SELECT coalesce(max(number), 0) + 1, %s, %s, %s FROM {} RETURNING number",
                *(_VERSIONS, _VERSIONS),
                values=[model, model_folder, size],
            )
            version = IndexVersion(number, model, model_folder, size, published=False)
            table = _table(version)
            self._execute(
                "CREATE TABLE {} (key text PRIMARY KEY, video text NOT NULL, digest text NOT NULL,"
                " time real NOT NULL, label text NOT NULL,"
                " image halfvec({}) NOT NULL, audio halfvec({}) NOT NULL)",
                *(table, sql.Literal(size), sql.Literal(size)),
            )
            for column in ("video", "label"):
                self._execute("CREATE INDEX ON {} ({})", table, sql.Identifier(column))
        return version

    def stored(self, version: IndexVersion, videos: Sequence[str]) -> dict[str, Counter[str]]:
        """See `VectorDatabase.stored`."""
        query = "SELECT video, digest, count(*) FROM {} WHERE video = ANY(%s) GROUP BY 1, 2"
        found: dict[str, Counter[str]] = {}
        for video, digest, count in self._rows(
            sql.SQL(query).format(_table(version)), [list(videos)]
        ):
            found.setdefault(video, Counter())[digest] = count
        return found

    def write(self, version: IndexVersion, moments: Moments) -> None:
        """See `VectorDatabase.write`."""
        columns = ("key", "video", "digest", "time", "label", *MODALITIES)
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        table, new = _table(version), sql.Identifier("ots_new_rows")
        with self._transaction() as cursor:
            self._execute("CREATE TEMP TABLE {} (LIKE {}) ON COMMIT DROP", new, table)
            copy = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(new, names)
            with cursor.copy(copy) as rows:
                rows.set_types(["text"] * 3 + ["float4", "text"] + ["halfvec"] * 2)
                facts = (moments.keys, moments.videos, moments.digests, moments.times)
                for *values, image, audio in zip(
                    *facts, moments.labels, moments.image, moments.audio, strict=True
                ):
                    key, video, digest, time, label = values
                    row = (key, video, digest, float(time), label)
                    rows.write_row((*row, HalfVector(image), HalfVector(audio)))
            changes = sql.SQL(", ").join(
                sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in columns[1:]
            )
            self._execute(
                "INSERT INTO {} ({}) SELECT {} FROM {} ON CONFLICT (key) DO UPDATE SET {}",
                *(table, names, names, new, changes),
            )

    def delete(self, version: IndexVersion, keep: Mapping[str, str | None]) -> None:
        """See `VectorDatabase.delete`."""
        with self._transaction():
            self._execute(
                "DELETE FROM {} AS row USING unnest(%s::text[], %s::text[]) AS kept(video, digest)"
                " WHERE row.video = kept.video AND row.digest IS DISTINCT FROM kept.digest",
                _table(version),
                values=[list(keep), list(keep.values())],
            )

    def finish(self, version: IndexVersion) -> None:
        """See `VectorDatabase.finish`."""
        table = _table(version)
        size = 0
        if (rows := self.count(version)) > _EXACT_UP_TO:
            for modality in MODALITIES:
                self._make_graph(version, modality, rows)
            size = self._sufficient_list_size(version)
        self._rows(sql.SQL("ANALYZE {}").format(table))
        self._rows(
            sql.SQL("UPDATE {} SET list_size = %s WHERE number = %s").format(_VERSIONS),
            [size, version.number],
        )

    def publish(self, version: IndexVersion) -> None:
        """See `VectorDatabase.publish`."""
        self._rows(
            sql.SQL("UPDATE {} SET published = true WHERE number = %s").format(_VERSIONS),
            [version.number],
        )

    def drop(self, version: IndexVersion) -> None:
        """See `VectorDatabase.drop`."""
        with self._transaction():
            self._execute("DELETE FROM {} WHERE number = %s", _VERSIONS, values=[version.number])
            self._execute("DROP TABLE IF EXISTS {}", _table(version))

    def count(self, version: IndexVersion) -> int:
        """See `VectorDatabase.count`."""
        [[count]] = self._rows(sql.SQL("SELECT count(*) FROM {}").format(_table(version)))
        return count

    def search(
        self,
        version: IndexVersion,
        modality: str,
        queries: np.ndarray,
        k: int,
        where: SearchFilter,
    ) -> list[list[FoundItem]]:
        """See `VectorDatabase.search`."""
        with self._transaction():
            [[size]] = self._execute(
                "SELECT list_size FROM {} WHERE number = %s",
                _VERSIONS,
                values=[version.number],
            ) or [[0]]
            found = self._nearest(version, modality, queries, k, where, size)
            # A graph may lead past moments that a filter lets through.
            short = [row for row, items in enumerate(found) if len(items) < k] if size else []
            again = self._nearest(version, modality, queries[short], k, where, 0)
        for row, items in zip(short, again, strict=True):
            found[row] = items
        return found

    def close(self) -> None:
        """See `VectorDatabase.close`."""
        self._connection.close()

    def _nearest(
        self,
        version: IndexVersion,
        modality: str,
        queries: np.ndarray,
        k: int,
        where: SearchFilter,
        list_size: int,
    ) -> list[list[FoundItem]]:
        """Searches in a transaction that is under way; exactly where `list_size` is 0."""
        for name, value in (
            ("enable_indexscan", "on" if list_size else "off"),  # graphs are scanned no other way
            ("hnsw.ef_search", str(max(list_size, min(k, _LIST_SIZES[-1])))),
            ("hnsw.iterative_scan", "strict_order"),  # goes on where a filter leaves too few
        ):
            self._execute("SELECT set_config(%s, %s, true)", values=[name, value])
        condition, values = _condition(where)
        return [
            [
                found_item(video, time, score, label)
                for video, time, label, score in self._execute(
                    "SELECT video, time, label, -({} <#> %s) FROM {} WHERE {}"
                    " ORDER BY {} <#> %s LIMIT %s",
                    *(sql.Identifier(modality), _table(version), condition),
                    sql.Identifier(modality),
                    values=[query, *values, query, k],
                )
            ]
            for query in map(HalfVector, queries)
        ]

    def _make_graph(self, version: IndexVersion, modality: str, rows: int) -> None:
        """Makes the graph of a column, if there is none, in memory where the server has enough."""
        try:
            self._create_graph(version, modality, rows, shared=True)
        except DatabaseError as error:
            if not isinstance(error.__cause__, _NO_SHARED_MEMORY):
                raise
            self._create_graph(version, modality, rows, shared=False)

    def _create_graph(self, version: IndexVersion, modality: str, rows: int, shared: bool) -> None:
        with self._transaction():
            self._allow_memory(rows * (2 * version.size + _GRAPH_BYTES) + _GRAPH_EXTRA)
            if not shared:
                self._execute("SET LOCAL max_parallel_maintenance_workers = 0")
            self._execute(
                "CREATE INDEX IF NOT EXISTS {} ON {} USING hnsw ({} halfvec_ip_ops)",
                sql.Identifier(f"ots_index_{version.number}_{modality}"),
                *(_table(version), sql.Identifier(modality)),
            )

    def _allow_memory(self, size: int) -> None:
        """Lets the transaction build a graph of so many bytes in memory, if the server has them.

        What outgrows `maintenance_work_mem` is written to the disk, row by row, many times slower.
        """
        names = ["maintenance_work_mem", "effective_cache_size"]
        [[allowed], [cache]] = self._execute(
            "SELECT pg_size_bytes(current_setting(name)) FROM unnest(%s::text[]) AS name",
            values=[names],
        )
        size = min(size, cache // _CACHE_SHARE)
        if size > allowed:
            self._execute("SELECT set_config(%s, %s, true)", values=[names[0], f"{size >> 10}kB"])

    def _sufficient_list_size(self, version: IndexVersion) -> int:
        """The least list size with which searches surely find `RECALL`.

        The probes lie halfway between two moments of the collection: a graph leads to what is in
        it more surely than to the neighbours of what is not. 0 where no size does it, or where
        PostgreSQL prefers to compare all rows by itself.
        """
        anything = SearchFilter()
        with self._transaction():
            # Keys begin with a digest: their order is none of the collection's.
            probes = self._execute(
                "SELECT image, audio FROM {} ORDER BY key LIMIT %s",
                _table(version),
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
                    for items in self._nearest(version, sought, queries, _NEAREST, anything, 0)
                ]
                for sought, queries in searches
            ]
            for size in _LIST_SIZES:
                hits = [
                    np.mean([item.score >= bound - 1e-6 for item in items])
                    * (len(items) / _NEAREST)
                    for (sought, queries), least in zip(searches, bounds, strict=True)
                    for items, bound in zip(
                        self._nearest(version, sought, queries, _NEAREST, anything, size),
                        least,
                        strict=True,
                    )
                ]
                error = np.std(hits) / np.sqrt(len(hits))
                if np.mean(hits) - _STANDARD_ERRORS * error >= RECALL:
                    return size
        return 0

    def _make_extension(self) -> None:
        found = self._rows(
            sql.SQL("SELECT default_version FROM pg_available_extensions WHERE name = 'vector'")
        )
        if not found or tuple(map(int, found[0][0].split(".")[:2])) < (0, 8):
            there = f"has {found[0][0]}" if found else "does not have it"
            raise DatabaseError(
                f"PostgreSQL at {self.address} needs pgvector 0.8 or newer, and {there}. On Debian "
                "13: apt-get install postgresql-17-pgvector"
            )
        self._rows(sql.SQL("CREATE EXTENSION IF NOT EXISTS vector"))

    def _execute(self, query: str, *names: sql.Composable, values: Sequence = ()) -> list[Any]:
        """Runs a statement of a transaction that is under way."""
        cursor = self._connection.cursor()
        # Not prepared: a plan for any k is one for a tenth of all rows, and leaves the graph out.
        cursor.execute(sql.SQL(query).format(*names), values, prepare=False)
        return cursor.fetchall() if cursor.description else []

    def _rows(self, query: sql.SQL | sql.Composed, values: Sequence = ()) -> list[Any]:
        """Runs a statement that is a transaction of its own."""
        with self._lock, _errors(self.address, self._connection):
            cursor = self._connection.execute(query, values)
            return cursor.fetchall() if cursor.description else []

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[psycopg.Cursor]:
        """A transaction, of one thread at a time; vectors are known in it."""
        with self._lock, _errors(self.address, self._connection):
            if not self._knows_vectors:
                register_vector(self._connection)
                self._knows_vectors = True
            with self._connection.transaction():
                yield self._connection.cursor()


@contextlib.contextmanager
def _errors(address: str, connection: psycopg.Connection | None = None) -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        words = " ".join(str(error).split())
        if connection is not None and connection.broken:
            words += ". The server ended the connection while it worked; its log says why"
        raise DatabaseError(f"PostgreSQL at {address}: {words}") from error


def _halfway(vectors: np.ndarray) -> np.ndarray:
    """Unit vectors [n, size] halfway from each of n unit vectors to the next one."""
    vectors = vectors.astype(np.float32)
    mixed = vectors + np.roll(vectors, 1, axis=0)
    return mixed / np.linalg.norm(mixed, axis=1, keepdims=True)


def _table(version: IndexVersion) -> sql.Identifier:
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
