from __future__ import annotations

import os
import pathlib
import re

import pytest

from objects_that_sound.serving.launcher.usable_processors import usable_processors

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system pins no process")
def test_only_the_processors_that_a_process_is_pinned_to_count():
    before = os.sched_getaffinity(0)
    assert usable_processors() == len(before)
    try:
        os.sched_setaffinity(0, [min(before)])
        assert usable_processors() == 1
    finally:
        os.sched_setaffinity(0, before)


@pytest.mark.parametrize(("there", "counted"), [(6, 6), (None, 1)])
def test_elsewhere_all_of_the_machine_count(there, counted, monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: there)
    assert usable_processors() == counted


def test_nothing_else_counts_processors():
    own = "serving/launcher/usable_processors.py"
    counting = re.compile(r"cpu_count|sched_getaffinity")
    assert [
        str(path.relative_to(REPOSITORY))
        for folder in ("tfx_pipeline", "api", "components", "models", "serving", "benchmarks")
        for path in sorted((REPOSITORY / folder).rglob("*.py"))
        if counting.search(path.read_text())
    ] == [own]
