"""Runs one contestant in a process of its own and counts its CPU time.

Reads pickled (path, times) from standard input and writes pickled replies, the first one, with the
contestant's version, after the import. Other programs' interpreters run it as well: it imports nothing but the contestant.
"""

from __future__ import annotations

import importlib
import os
import pickle
import resource
import sys
from typing import Any, BinaryIO


def cpu_seconds() -> float:
    """User and system time of this process and of its children that ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def serve(name: str, requests: BinaryIO, replies: BinaryIO) -> None:
    """Answers requests until they end; a reply is (error or "", CPU seconds, result)."""

    def reply(error: str, seconds: float, result: Any) -> None:
        pickle.dump((error, seconds, result), replies)
        replies.flush()

    try:
        contestant = importlib.import_module(f"benchmarks.ingest.contestants.{name}")
    except Exception as error:
        reply(_first_line(error), 0.0, None)
        return
    reply("", 0.0, getattr(contestant, "VERSION", ""))
    while True:
        try:
            path, times = pickle.load(requests)
        except EOFError:
            return
        before = cpu_seconds()
        try:
            result = contestant.read(path, times)
        except Exception as error:
            reply(_first_line(error), 0.0, None)
        else:
            reply("", cpu_seconds() - before, result)


def _first_line(error: Exception) -> str:
    text = str(error).strip() or repr(error)
    return f"{type(error).__name__}: {text.splitlines()[0]}"[:160]


if __name__ == "__main__":
    # What libraries print must not get between the replies.
    replies_file = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(sys.argv[1], sys.stdin.buffer, replies_file)
