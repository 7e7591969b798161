"""One continuous run at a time."""

from __future__ import annotations

import subprocess
import sys

import pytest

from objects_that_sound.tfx_pipeline.continuous.run_lock import run_lock

_HOLD = """
import sys
from objects_that_sound.tfx_pipeline.continuous.run_lock import run_lock
with run_lock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_another_process_is_kept_out_until_this_one_ends(tmp_path):
    path = str(tmp_path / "root" / ".lock")
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(BlockingIOError), run_lock(path):
            pass
        holder.kill()
        holder.wait()
    with run_lock(path):
        pass
    with run_lock(path):
        pass
