"""What PostgreSQL alone does."""

from __future__ import annotations

import pytest

psycopg = pytest.importorskip("psycopg", reason="needs the extra 'vector-databases'")
pytest.importorskip("pgvector", reason="needs the extra 'vector-databases'")

from objects_that_sound.components.vector_database.connect_database import (  # noqa: E402
    connect_database,
)
from objects_that_sound.components.vector_database.database_error import (  # noqa: E402
    DatabaseError,
)


def test_a_second_writer_waits_its_turn(postgres_schema):
    with connect_database(postgres_schema) as one, connect_database(postgres_schema) as other:
        with (
            one.writing(),
            pytest.raises(DatabaseError, match="Another `ots index` is writing"),
            other.writing(),
        ):
            raise AssertionError("two writers at once")
        with other.writing():
            pass


def test_errors_name_the_address_without_its_password():
    with pytest.raises(DatabaseError) as raised:
        connect_database("postgresql://someone:secret@127.0.0.1:1/none")
    assert "postgresql://someone@127.0.0.1:1/none" in str(raised.value)
    assert "secret" not in str(raised.value)


def test_a_server_that_ends_the_connection_is_an_error_that_says_where_to_look(postgres_schema):
    with connect_database(postgres_schema) as database:
        version = database.begin("one", "/models/one", 4)
        with psycopg.connect(postgres_schema, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        with pytest.raises(DatabaseError, match="while it worked; its log says why"):
            database.delete(version, {})
