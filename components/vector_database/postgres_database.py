"""PostgreSQL with pgvector."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from pgvector import HalfVector
from psycopg import sql

from objects_that_sound.components.vector_database.database_error import DatabaseError
from objects_that_sound.components.vector_database.index_version import IndexVersion
from objects_that_sound.components.vector_database.moments import Moments
from objects_that_sound.components.vector_database.postgres_graphs import make_graphs
from objects_that_sound.components.vector_database.postgres_search import nearest, table_of
from objects_that_sound.components.vector_database.postgres_session import PostgresSession
from objects_that_sound.components.vector_database.search_filter import SearchFilter
from objects_that_sound.components.vector_database.vector_database import (
    MODALITIES,
    VectorDatabase,
)
from objects_that_sound.serving.client.found_item import FoundItem

_VERSIONS = sql.Identifier("ots_index_versions")
_WRITER = 0x6F7473
"""Key of the advisory lock that a writer holds."""


class PostgresDatabase(VectorDatabase):
    """Keeps each version in a table of its own, its vectors as float16.

    A version with many rows gets graphs (HNSW) when it is finished. How many candidates a search in
    them keeps is measured then, on frames and sounds of the collection: the least with which
    `postgres_graphs.RECALL` of the nearest are found. Where no number does it, all rows are compared.
    """

    def __init__(self, address: str, shown: str):
        """Connects.

        Args:
            address: URI as libpq takes it.
            shown: the same for people.
        """
        super().__init__(shown)
        self._session = PostgresSession(address, shown)

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """See `VectorDatabase.writing`."""
        [[free]] = self._session.rows(sql.SQL("SELECT pg_try_advisory_lock(%s)"), [_WRITER])
        if not free:
            raise DatabaseError(f"Another `ots index` is writing to {self.address}: wait for it.")
        try:
            yield
        finally:
            if not self._session.closed:
                self._session.rows(sql.SQL("SELECT pg_advisory_unlock(%s)"), [_WRITER])

    def versions(self) -> list[IndexVersion]:
        """See `VectorDatabase.versions`."""
        if self._session.rows(sql.SQL("SELECT to_regclass('ots_index_versions')")) == [(None,)]:
            return []
        query = "SELECT number, model, model_folder, size, published FROM {} ORDER BY number"
        return [IndexVersion(*row) for row in self._session.rows(sql.SQL(query).format(_VERSIONS))]

    def begin(self, model: str, model_folder: str, size: int) -> IndexVersion:
        """See `VectorDatabase.begin`."""
        self._make_extension()
        with self._session.transaction():
            self._session.execute(
                "CREATE TABLE IF NOT EXISTS {} (number int PRIMARY KEY, model text NOT NULL,"
                " model_folder text NOT NULL, size int NOT NULL,"
                " published bool NOT NULL DEFAULT false, list_size int NOT NULL DEFAULT 0)",
                _VERSIONS,
            )
            [[number]] = self._session.execute(
                "INSERT INTO {} (number, model, model_folder, size)"
                " SELECT coalesce(max(number), 0) + 1, %s, %s, %s FROM {} RETURNING number",
                *(_VERSIONS, _VERSIONS),
                values=[model, model_folder, size],
            )
            version = IndexVersion(number, model, model_folder, size, published=False)
            table = table_of(version)
            self._session.execute(
                "CREATE TABLE {} (key text PRIMARY KEY, video text NOT NULL, digest text NOT NULL,"
                " time real NOT NULL, label text NOT NULL,"
                " image halfvec({}) NOT NULL, audio halfvec({}) NOT NULL)",
                *(table, sql.Literal(size), sql.Literal(size)),
            )
            for column in ("video", "label"):
                self._session.execute("CREATE INDEX ON {} ({})", table, sql.Identifier(column))
        return version

    def stored(self, version: IndexVersion, videos: Sequence[str]) -> dict[str, Counter[str]]:
        """See `VectorDatabase.stored`."""
        query = "SELECT video, digest, count(*) FROM {} WHERE video = ANY(%s) GROUP BY 1, 2"
        found: dict[str, Counter[str]] = {}
        for video, digest, count in self._session.rows(
            sql.SQL(query).format(table_of(version)), [list(videos)]
        ):
            found.setdefault(video, Counter())[digest] = count
        return found

    def write(self, version: IndexVersion, moments: Moments) -> None:
        """See `VectorDatabase.write`."""
        columns = ("key", "video", "digest", "time", "label", *MODALITIES)
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        table, new = table_of(version), sql.Identifier("ots_new_rows")
        with self._session.transaction() as cursor:
            self._session.execute("CREATE TEMP TABLE {} (LIKE {}) ON COMMIT DROP", new, table)
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
            self._session.execute(
                "INSERT INTO {} ({}) SELECT {} FROM {} ON CONFLICT (key) DO UPDATE SET {}",
                *(table, names, names, new, changes),
            )

    def delete(self, version: IndexVersion, keep: Mapping[str, str | None]) -> None:
        """See `VectorDatabase.delete`."""
        with self._session.transaction():
            self._session.execute(
                "DELETE FROM {} AS row USING unnest(%s::text[], %s::text[]) AS kept(video, digest)"
                " WHERE row.video = kept.video AND row.digest IS DISTINCT FROM kept.digest",
                table_of(version),
                values=[list(keep), list(keep.values())],
            )

    def finish(self, version: IndexVersion) -> None:
        """See `VectorDatabase.finish`."""
        list_size = make_graphs(self._session, version, self.count(version))
        self._session.rows(sql.SQL("ANALYZE {}").format(table_of(version)))
        self._session.rows(
            sql.SQL("UPDATE {} SET list_size = %s WHERE number = %s").format(_VERSIONS),
            [list_size, version.number],
        )

    def publish(self, version: IndexVersion) -> None:
        """See `VectorDatabase.publish`."""
        self._session.rows(
            sql.SQL("UPDATE {} SET published = true WHERE number = %s").format(_VERSIONS),
            [version.number],
        )

    def drop(self, version: IndexVersion) -> None:
        """See `VectorDatabase.drop`."""
        with self._session.transaction():
            self._session.execute(
                "DELETE FROM {} WHERE number = %s", _VERSIONS, values=[version.number]
            )
            self._session.execute("DROP TABLE IF EXISTS {}", table_of(version))

    def count(self, version: IndexVersion) -> int:
        """See `VectorDatabase.count`."""
        [[count]] = self._session.rows(sql.SQL("SELECT count(*) FROM {}").format(table_of(version)))
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
        with self._session.transaction():
            [[size]] = self._session.execute(
                "SELECT list_size FROM {} WHERE number = %s",
                _VERSIONS,
                values=[version.number],
            ) or [[0]]
            found = nearest(self._session, version, modality, queries, k, where, size)
            # A graph may lead past moments that a filter lets through.
            short = [row for row, items in enumerate(found) if len(items) < k] if size else []
            again = nearest(self._session, version, modality, queries[short], k, where, 0)
        for row, items in zip(short, again, strict=True):
            found[row] = items
        return found

    def close(self) -> None:
        """See `VectorDatabase.close`."""
        self._session.close()

    def _make_extension(self) -> None:
        found = self._session.rows(
            sql.SQL("SELECT default_version FROM pg_available_extensions WHERE name = 'vector'")
        )
        if not found or tuple(map(int, found[0][0].split(".")[:2])) < (0, 8):
            there = f"has {found[0][0]}" if found else "does not have it"
            raise DatabaseError(
                f"PostgreSQL at {self.address} needs pgvector 0.8 or newer, and {there}. On Debian "
                "13: apt-get install postgresql-17-pgvector"
            )
        self._session.rows(sql.SQL("CREATE EXTENSION IF NOT EXISTS vector"))
