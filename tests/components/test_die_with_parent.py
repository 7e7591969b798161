from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

_CHILD = """
import signal, time
from objects_that_sound.components.die_with_parent import die_with_parent
signal.signal(signal.SIGTERM, signal.SIG_IGN)
{call}
print("ready", flush=True)
time.sleep(60)
"""
_PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdout=subprocess.PIPE, text=True)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux tells a process of its parent's end"
)
@pytest.mark.parametrize(("call", "ends"), [("die_with_parent()", True), ("", False)])
def test_a_process_ends_with_its_parent_even_if_it_ignores_sigterm(call, ends):
    command = [sys.executable, "-c", _PARENT, _CHILD.format(call=call)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        parent.kill()
        parent.wait()
        end = time.monotonic() + (30 if ends else 0.5)
        while _is_running(child) and time.monotonic() < end:
            time.sleep(0.01)
        assert _is_running(child) is not ends
        if not ends:
            os.kill(child, signal.SIGKILL)


def _is_running(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
