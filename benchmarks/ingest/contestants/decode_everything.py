"""The yardstick: decodes all pictures and sound with PyAV and does nothing with them."""

from __future__ import annotations

import av


def read(path: str, times: list[float]) -> list[tuple[bytes, bytes]]:
    """Decodes; returns nothing."""
    with av.open(path) as container:
        streams = [container.streams.video[0], container.streams.audio[0]]
        for stream in streams:
            stream.codec_context.thread_type = "NONE"
        for _ in container.decode(*streams):
            pass
    return []
