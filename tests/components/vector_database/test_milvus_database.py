"""What Milvus alone does."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("pymilvus", reason="needs the extra 'vector-databases'")

from objects_that_sound.components.vector_database.database_error import (
    DatabaseError,
)
from objects_that_sound.components.vector_database.milvus_database import (
    MilvusDatabase,
    client_arguments,
)
from objects_that_sound.components.vector_database.vector_database import MODALITIES


def test_addresses_become_arguments_of_the_client(tmp_path):
    assert client_arguments(f"milvus://{tmp_path}/file.db") == {"uri": f"{tmp_path}/file.db"}
    assert client_arguments("milvus://host:19530") == {"uri": "http://host:19530"}
    assert client_arguments("milvus://me:p%40ss@host:19530/films") == {
        "uri": "http://host:19530",
        "user": "me",
        "password": "p@ss",
        "db_name": "films",
    }


def test_files_that_milvus_lite_would_not_take_are_refused(tmp_path):
    for name in ("file", "my file.db", f"{'x' * 33}.db"):
        with pytest.raises(DatabaseError, match="must have a name of at most 35 letters"):
            client_arguments(f"milvus://{tmp_path}/{name}")
    with pytest.raises(DatabaseError, match="There is no folder"):
        client_arguments(f"milvus://{tmp_path}/none/file.db")


def test_what_others_log_to_stays_open():
    code = (
        "import logging, io\n"
        "handler = logging.StreamHandler(io.StringIO())\n"
        "handler.close = lambda: print('closed')\n"
        "logging.getLogger().addHandler(handler)\n"
        "import objects_that_sound.components.vector_database.milvus_database\n"
        "import os; os._exit(0)\n"  # at the end all handlers are closed
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == ""


def test_milvus_lite_compares_all_vectors_however_many_there_are(tmp_path):
    # What it chooses by itself changes at about 100,000 rows; `make bench-serving` measures recall.
    pytest.importorskip("milvus_lite", reason="needs the extra 'vector-databases'")
    with MilvusDatabase(f"milvus://{tmp_path}/index.db", "shown") as database:
        database.begin("one", "/models/one", 16)
        client = database._client
        kinds = [client.describe_index("ots_index_1", name)["index_type"] for name in MODALITIES]
    assert kinds == ["FLAT", "FLAT"]
