"""A connection to PostgreSQL."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
from pgvector.psycopg import register_vector
from psycopg import sql

from objects_that_sound.components.vector_database.database_error import DatabaseError


class PostgresSession:
    """Runs statements one after another, from any thread; its errors are `DatabaseError`."""

    def __init__(self, address: str, shown: str):
        """Connects.

        Args:
            address: URI as libpq takes it.
            shown: the same for people.

        Raises:
            DatabaseError: there is no such server, or it refuses.
        """
        self._shown = shown
        self._lock = threading.Lock()
        self._knows_vectors = False
        with _errors(shown):
            self._connection = psycopg.connect(address, autocommit=True, connect_timeout=10)

    @property
    def closed(self) -> bool:
        """Whether there is no connection any more."""
        return self._connection.closed

    def close(self) -> None:
        """Ends the connection."""
        self._connection.close()

    def rows(self, query: sql.SQL | sql.Composed, values: Sequence = ()) -> list[Any]:
        """Runs a statement that is a transaction of its own."""
        with self._lock, _errors(self._shown, self._connection):
            cursor = self._connection.execute(query, values)
            return cursor.fetchall() if cursor.description else []

    @contextlib.contextmanager
    def transaction(self) -> Iterator[psycopg.Cursor]:
        """A transaction, of one thread at a time; vectors are known in it."""
        with self._lock, _errors(self._shown, self._connection):
            if not self._knows_vectors:
                register_vector(self._connection)
                self._knows_vectors = True
            with self._connection.transaction():
                yield self._connection.cursor()

    def execute(self, query: str, *names: sql.Composable, values: Sequence = ()) -> list[Any]:
        """Runs a statement of a transaction that is under way."""
        cursor = self._connection.cursor()
        # Not prepared: a plan for any k is one for a tenth of all rows, and leaves the graph out.
        cursor.execute(sql.SQL(query).format(*names), values, prepare=False)
        return cursor.fetchall() if cursor.description else []


@contextlib.contextmanager
def _errors(address: str, connection: psycopg.Connection | None = None) -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        words = " ".join(str(error).split())
        if connection is not None and connection.broken:
            words += ". The server ended the connection while it worked; its log says why"
        raise DatabaseError(f"PostgreSQL at {address}: {words}") from error
