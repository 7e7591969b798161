"""The program of a decoder process: answers calls until its input ends.

Imports neither TensorFlow nor Beam: it starts in less than a second and stays small. A damaged
file may crash it, hang it or make it want all memory; that is what it is there for.
"""

from __future__ import annotations

import os
import pathlib
import pickle
import resource
import struct
import sys
from typing import Any, BinaryIO

from objects_that_sound.components.die_with_parent import die_with_parent
from objects_that_sound.components.media import media_error
from objects_that_sound.components.media.media_error import MediaError

HEADER = struct.Struct("<Q")
"""Goes before each message: its length."""

_OOM_SCORE = 800  # of 1000: the kernel ends decoders before the process that they work for


def main() -> None:
    """Serves calls (function, arguments), pickled, from standard input; answers on its output.

    An answer is what the function returned, or a MediaError. The first one, before any call, says
    that the process is ready. The memory limit, in bytes, is the only argument of the program.
    """
    requests, replies = _take_pipes()
    die_with_parent()  # elsewhere than on Linux, the pipe's end tells at the next read or write
    # What decoders import, once, before "ready": a broken installation is not a broken video. And
    # before the limit, which is for decoding.
    import objects_that_sound.components.video_example_gen.clip_sampler  # noqa: F401

    _limit(int(sys.argv[1]))
    send(replies, pickle.dumps(None))
    while (request := receive(requests)) is not None:
        send(replies, _answer(request))


def send(pipe: BinaryIO, message: bytes) -> None:
    """Writes a message; BrokenPipeError where nobody reads any more."""
    pipe.write(HEADER.pack(len(message)))
    pipe.write(message)
    pipe.flush()


def receive(pipe: BinaryIO) -> bytes | None:
    """Reads a message; None at the end, also at one inside a message."""
    header = pipe.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    (length,) = HEADER.unpack(header)
    message = pipe.read(length)
    return message if len(message) == length else None


def allocated(process: int | str) -> int | None:
    """Bytes that a process, by its id or "self", has allocated; None where Linux does not tell."""
    try:
        status = pathlib.Path(f"/proc/{process}/status").read_text()
    except OSError:
        return None
    lines = (line.split() for line in status.splitlines() if line.startswith("VmData:"))
    return next((int(words[1]) * 1024 for words in lines), None)


def _answer(request: bytes) -> bytes:
    """The result, pickled; whatever goes wrong becomes a MediaError."""
    result: Any
    try:
        function, arguments = pickle.loads(request)
        return pickle.dumps(function(*arguments), pickle.HIGHEST_PROTOCOL)
    except MediaError as error:
        result = MediaError(error.reason, error.detail)
    except MemoryError as error:
        result = MediaError(media_error.OUT_OF_MEMORY, str(error) or "no memory left")
    except Exception as error:
        result = MediaError(media_error.DECODE_ERROR, f"{type(error).__name__}: {error}")
    return pickle.dumps(result)


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output for messages alone: whatever prints, prints to standard error."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return requests, replies


def _limit(memory: int) -> None:
    """Limits what decoding may allocate on top of what the interpreter has already."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # no core file for each damaged video
    used = allocated("self")
    if used is None:  # not Linux: no such limit
        return
    limit = memory + used
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    pathlib.Path("/proc/self/oom_score_adj").write_text(str(_OOM_SCORE))


if __name__ == "__main__":
    main()
