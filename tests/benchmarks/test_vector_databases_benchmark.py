"""The benchmark of vector databases, on few vectors."""

from __future__ import annotations

import pytest


def test_measures_recall_and_an_update_of_each_database(tmp_path, capsys):
    pytest.importorskip("faiss", reason="needs the extra 'bench'")
    pytest.importorskip("milvus_lite", reason="needs the extra 'vector-databases'")
    from benchmarks.serving import vector_databases

    targets = vector_databases.measure(tmp_path, count=2000)
    output = capsys.readouterr().out
    names = ["Milvus Lite"]
    if "PostgreSQL is left out" not in output:
        names.append("PostgreSQL, pgvector")
    assert [target.name for target in targets] == [
        f"{name}, {what}"
        for name in names
        for what in ("share of the exact 10 nearest missed", "searches failed during an update")
    ]
    assert all(target.met for target in targets)
    assert "SavedModel, int16      recall@10 1.000" in output
    assert output.count("0 failed") == len(names)
