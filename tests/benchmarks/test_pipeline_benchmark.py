"""The benchmark of what components cost, on few examples."""

from __future__ import annotations

import pytest

from benchmarks.pipeline import search_indexing


@pytest.mark.slow
def test_compares_the_search_indexer_with_a_bare_loop(tmp_path, capsys):
    [target] = search_indexing.measure(tmp_path, rounds=1, count=256)
    assert target.name == "SearchIndexer / bare loop, a moment"
    assert (tmp_path / "index-1" / "saved_model.pb").exists()
    assert len(list((tmp_path / "index-0").rglob("*.jpg"))) == 64
    assert len(list((tmp_path / "index-1").rglob("*.jpg"))) == 256
    assert "Search index of 256 moments" in capsys.readouterr().out
