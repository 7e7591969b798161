"""What Milvus alone does."""

from __future__ import annotations

import pytest

pytest.importorskip("pymilvus", reason="needs the extra 'vector-databases'")

from objects_that_sound.components.vector_database.database_error import (
    DatabaseError,
)
from objects_that_sound.components.vector_database.milvus_database import (
    client_arguments,
)


def test_addresses_become_arguments_of_the_client(tmp_path):
    assert client_arguments(f"milvus://{tmp_path}/my%20file.db") == {
        "uri": f"{tmp_path}/my file.db"
    }
    assert client_arguments("milvus://host:19530") == {"uri": "http://host:19530"}
    assert client_arguments("milvus://me:p%40ss@host:19530/films") == {
        "uri": "http://host:19530",
        "user": "me",
        "password": "p@ss",
        "db_name": "films",
    }


def test_files_that_milvus_lite_would_not_take_are_refused(tmp_path):
    with pytest.raises(DatabaseError, match=r"ends with \.db, not as /some/file"):
        client_arguments("milvus:///some/file")
    with pytest.raises(DatabaseError, match="There is no folder"):
        client_arguments(f"milvus://{tmp_path}/none/file.db")
