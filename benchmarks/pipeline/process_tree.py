"""The CPU time of a command and everything that it starts."""

from __future__ import annotations

import os
import pathlib
import subprocess
from collections.abc import Iterator, Sequence

_TICKS = os.sysconf("SC_CLK_TCK")


def lines_and_seconds(
    command: Sequence[str], environment: dict[str, str], stream: str
) -> Iterator[tuple[str | None, float]]:
    """Runs a command and tells, as each line of its output comes, what it has spent.

    Args:
        command: program and arguments.
        environment: environment variables.
        stream: "stdout" or "stderr", the one to read. The other is thrown away.

    Yields:
        A line without its end, and the user and system time in seconds, of all processes of the
        tree, up to then. At the end None and the time of all.
    """
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, stream: subprocess.PIPE}
    process = subprocess.Popen(command, env=environment, text=True, bufsize=1, **pipes)
    for line in getattr(process, stream):
        yield line.rstrip("\n"), _seconds(process.pid)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    yield None, usage.ru_utime + usage.ru_stime


def _seconds(root: int) -> float:
    """Time of a process, of all that live below it, and of those that they have waited for."""
    children: dict[int, list[int]] = {}
    ticks: dict[int, int] = {}
    for file in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = file.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        process = int(file.parent.name)
        children.setdefault(int(fields[1]), []).append(process)
        ticks[process] = sum(map(int, fields[11:15]))  # utime, stime, cutime, cstime
    waiting, total = [root], 0
    while waiting:
        process = waiting.pop()
        total += ticks.get(process, 0)
        waiting += children.get(process, [])
    return total / _TICKS
