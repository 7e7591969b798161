"""Databases to test with."""

from __future__ import annotations

import pathlib
import shutil
import tempfile
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session")
def postgres_address() -> Iterator[str]:
    """A real PostgreSQL with pgvector; skips where there is none."""
    pytest.importorskip("psycopg", reason="needs the extra 'vector-databases'")
    pytest.importorskip("pgvector", reason="needs the extra 'vector-databases'")
    from benchmarks.serving.postgres_server import PostgresServer

    folder = pathlib.Path(tempfile.mkdtemp(prefix="ots-pg-", dir="/tmp"))
    try:
        server = PostgresServer(folder)
    except FileNotFoundError as error:
        shutil.rmtree(folder)
        pytest.skip(str(error))
    with server:
        yield server.address


@pytest.fixture
def postgres_schema(postgres_address: str) -> str:
    """Address of the same PostgreSQL, where all goes to an empty schema `own`."""
    import psycopg

    with psycopg.connect(postgres_address, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS own CASCADE")
        connection.execute("CREATE SCHEMA own")
    return f"{postgres_address}&options=-csearch_path%3Down,public"


@pytest.fixture(params=["milvus", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> str:
    """Address of an empty database, of each kind."""
    if request.param == "milvus":
        pytest.importorskip("milvus_lite", reason="needs the extra 'vector-databases'")
        return f"milvus://{tmp_path}/index.db"
    address = request.getfixturevalue("postgres_address")
    import psycopg

    name = f"test_{abs(hash(request.node.nodeid))}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return address.replace("/postgres?", f"/{name}?")


@pytest.fixture
def database(address: str) -> Iterator:
    """An empty database, of each kind."""
    from objects_that_sound.components.vector_database.connect_database import connect_database

    with connect_database(address) as database:
        yield database
