"""The benchmark of search, on few vectors."""

from __future__ import annotations

import pytest


def test_compares_all_indices_with_the_product_and_faiss(tmp_path, capsys):
    pytest.importorskip("faiss", reason="needs the extra 'bench'")
    from benchmarks.serving import search

    targets = search.measure(tmp_path, rounds=1, count=2000)
    assert [target.name for target in targets] == [
        f"index, {dtype} over {what}, {batch} queries"
        for batch in (1, 32)
        for dtype in ("int16", "float16", "int8")
        for what in ("the product", "faiss")
    ]
    assert all(target.value > 0 for target in targets)
    output = capsys.readouterr().out
    assert "int16 finds 100" in output
    assert "float16 finds 9" in output or "float16 finds 100" in output
    assert "int8 finds 9" in output
