"""Tests share servers, whose threads read the clock of the process."""

from __future__ import annotations

import pathlib
import re

_CHANGES = re.compile(r"""setattr\(\s*(["'](?:[\w.]+\.)?time\.\w|(?:\w+\.)*time\s*,)""")


def test_no_test_changes_the_clock_of_the_process():
    tests = pathlib.Path(__file__).resolve().parent
    changing = [str(path) for path in tests.rglob("*.py") if _CHANGES.search(path.read_text())]
    assert not changing, "give the module a clock of its own: set_clock of tests/conftest.py"


def test_ways_to_change_it_are_seen():
    ways = ('("time.monotonic", f)', '(module.time, "time", f)', '(\n    "a.b.time.sleep", f)')
    assert all(_CHANGES.search("monkeypatch.setattr" + way) for way in ways)
    assert not _CHANGES.search('monkeypatch.setattr(module, "time", f)')
