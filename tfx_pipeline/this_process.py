"""Names the process that is at work."""

from __future__ import annotations

import datetime
import os
import socket


def this_process() -> str:
    """Which process it is, on which machine, and the time of day."""
    now = datetime.datetime.now().astimezone().isoformat(" ", "seconds")
    return f"process {os.getpid()} on {socket.gethostname()}, since {now}"
