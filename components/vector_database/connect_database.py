"""Connects to the database of an address, importing only what that one needs."""

from __future__ import annotations

from urllib.parse import urlsplit

from objects_that_sound.components.vector_database.database_error import DatabaseError
from objects_that_sound.components.vector_database.vector_database import VectorDatabase

SCHEMES = ("milvus", "postgresql")
"""Of the addresses: `milvus:///folder/file.db`, `milvus://host:19530`, `postgresql://host/name`."""


def is_address(text: str) -> bool:
    """Whether a text is the address of a vector database, and no folder."""
    return text.partition("://")[0] in SCHEMES and "://" in text


def connect_database(address: str) -> VectorDatabase:
    """Connects.

    Args:
        address: one that `is_address` knows; may hold user and password.

    Raises:
        ValueError: it is of another kind.
        DatabaseError: the database can't be reached, or the packages for it are not installed.
    """
    if not is_address(address):
        kinds = " or ".join(f"{scheme}://" for scheme in SCHEMES)
        raise ValueError(f"{address} is no address of a vector database: it begins with {kinds}")
    # People read addresses in messages; passwords are not for them.
    parts = urlsplit(address)
    shown = address.replace(f":{parts.password}@", "@") if parts.password else address
    try:
        if parts.scheme == "milvus":
            from objects_that_sound.components.vector_database.milvus_database import (
                MilvusDatabase,
            )

            return MilvusDatabase(address, shown)
        from objects_that_sound.components.vector_database.postgres_database import (
            PostgresDatabase,
        )

        return PostgresDatabase(address, shown)
    except ImportError as error:
        raise DatabaseError(
            f"A package for {parts.scheme}:// is missing ({error}): pip install "
            "'objects-that-sound[vector-databases]'"
        ) from error
