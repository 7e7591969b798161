from __future__ import annotations

import os
import subprocess
import sys

import pytest

from benchmarks.pipeline.process_tree import lines_and_seconds

_WORK = "import time\nwhile time.process_time() < 0.3: pass\n"
_PARENT = f"""
import subprocess, sys
print("begun", flush=True)
subprocess.run([sys.executable, "-c", {_WORK!r}], check=True)
print("a child has ended", flush=True)
child = subprocess.Popen([sys.executable, "-c", {_WORK!r} + "print()\\ninput()"],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
child.stdout.readline()
print("another lives", flush=True)
child.communicate(b"\\n")
"""


def test_the_time_of_children_that_live_and_that_have_ended_counts():
    told = dict(lines_and_seconds([sys.executable, "-c", _PARENT], dict(os.environ), "stdout"))
    assert list(told) == ["begun", "a child has ended", "another lives", None]
    begun, ended, lives, whole = told.values()
    tick = 0.05  # the kernel's figures of a process are rounded
    assert ended - begun >= 0.3 - tick
    assert lives - ended >= 0.3 - tick
    assert whole >= lives - tick


def test_a_command_that_fails_is_an_error():
    command = [sys.executable, "-c", "import sys; print('x', file=sys.stderr); sys.exit(5)"]
    with pytest.raises(subprocess.CalledProcessError, match="status 5"):
        list(lines_and_seconds(command, dict(os.environ), "stderr"))
