"""Load with swaps and a corrupt version; `python -m benchmarks.serving.load` does ten minutes."""

from __future__ import annotations

import os
import pathlib

import pytest

from benchmarks.serving.load import run


@pytest.mark.slow
def test_twenty_swaps_and_a_corrupt_version_under_load(tmp_path: pathlib.Path):
    seconds = 60 * float(os.environ.get("LOAD_TEST_MINUTES", "1"))
    outcome = run(tmp_path, seconds, swaps=20)
    assert not outcome.failures
    assert len(outcome.requests) == 4 and min(outcome.requests.values()) > 100
    corrupt = 11
    assert outcome.pushed == set(range(1, 22)) - {corrupt}
    assert outcome.versions == outcome.pushed | {0}
    assert str(tmp_path / "served" / str(corrupt)) in outcome.reported
    assert outcome.growth < 50 * 2**20
