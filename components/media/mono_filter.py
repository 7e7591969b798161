"""FFmpeg's conversion of sound to mono int16 at a wanted rate, on the calling thread."""

from __future__ import annotations

from typing import Any

import av.error
import numpy as np
from av.audio.frame import AudioFrame
from av.filter.context import FilterContext
from av.filter.graph import Graph

_FORMAT, _LAYOUT = "s16", "mono"


class MonoFilter:
    """Does what PyAV's `AudioResampler("s16", "mono", rate)` does, sample for sample.

    PyAV's own starts a thread for each processor, which has nothing to do, and waits for the end of
    all of them. For a second of sound, that costs half as much as the conversion.
    """

    def __init__(self, sample_rate: int):
        """Creates a filter.

        Args:
            sample_rate: of the result, in Hz.
        """
        self._rate = sample_rate
        self._graph: Graph | None = None
        self._source: FilterContext | None = None
        self._sink: FilterContext | None = None
        self._passes_on = False

    def feed(self, frame: AudioFrame | None) -> list[np.ndarray]:
        """Converts a frame; None: the end, after which nothing may follow.

        Args:
            frame: of the same format, channels and rate as those before.

        Returns:
            int16 [n] pieces that became ready.

        Raises:
            av.error.FFmpegError: FFmpeg can't mix these channels.
        """
        if frame is not None and self._source is None and not self._passes_on:
            self._begin(frame)
        if self._passes_on:
            return [] if frame is None else [_samples(frame)]
        if self._source is None or self._sink is None:
            return []
        self._source.push(frame)
        pieces: list[np.ndarray] = []
        try:
            # A frame gives no more than one: asking once more costs as much as converting it.
            while frame is None or not pieces:
                pieces.append(_samples(self._sink.pull()))
        except (av.error.BlockingIOError, av.error.EOFError):
            pass
        return pieces

    def _begin(self, frame: AudioFrame) -> None:
        kind = frame.format.name, frame.layout.name, frame.sample_rate
        if kind == (_FORMAT, _LAYOUT, self._rate):
            self._passes_on = True
            return
        graph = Graph()
        graph.threads = 1
        source = graph.add(
            "abuffer",
            sample_fmt=frame.format.name,
            channel_layout=frame.layout.name,
            sample_rate=str(frame.sample_rate),
            time_base=str(frame.time_base or f"1/{frame.sample_rate}"),
        )
        mono = graph.add(
            "aformat",
            sample_fmts=_FORMAT,
            channel_layouts=_LAYOUT,
            sample_rates=str(self._rate),
        )
        sink = graph.add("abuffersink")
        graph.link_nodes(source, mono, sink).configure()
        # The contexts hold their graph weakly.
        self._graph, self._source, self._sink = graph, source, sink


def _samples(frame: Any) -> np.ndarray:
    """int16 [n] of a packed mono frame, whose memory it keeps."""
    # Any: PyAV's types do not say that a plane is a buffer, nor that a sink gives sound.
    return np.frombuffer(frame.planes[0], np.int16)[: frame.samples]
