"""Sound prepared for writing: one rate and layout, without gaps."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import cast

import av.error
from av.audio.frame import AudioFrame
from av.filter import Graph

from objects_that_sound.components.media.channel_order import layout_name

SAMPLE_RATE = 48000
"""Of what is written, in Hz."""


class Soundtrack:
    """Converts decoded sound so that it can be written from second 0 of a file on.

    FFmpeg's `aresample=async=1` fills gaps and a late beginning with silence and cuts what lies
    before the start. Where the format changes, a new converter goes on at the same place.
    """

    def __init__(self, layout: str, tick: Fraction, start: Fraction):
        """Creates the track.

        Args:
            layout: of what is written: "mono" or "stereo".
            tick: of the frames' time stamps, in seconds.
            start: time stamp that becomes second 0, in seconds.
        """
        self._layout = layout
        self._tick = tick
        self._start = round(start / tick)
        self._written = 0  # samples
        self._graph: Graph | None = None
        self._format: tuple | None = None

    def feed(self, frame: AudioFrame | None) -> Iterator[AudioFrame]:
        """Takes a decoded frame (None: the end), yields what is ready: `fltp` at `SAMPLE_RATE`.

        The frame's time stamp may be changed.
        """
        if frame is None:
            yield from self._finish()
            return
        kind = (frame.sample_rate, layout_name(frame), frame.format.name)
        if kind != self._format:
            yield from self._finish()
            self._graph = self._converter(frame)
            self._format = kind
        assert self._graph is not None
        if frame.pts is not None:
            frame.pts -= self._start
        self._graph.push(frame)
        yield from self._ready(self._graph)

    def _converter(self, frame: AudioFrame) -> Graph:
        graph = Graph()
        nodes = (
            graph.add_abuffer(
                sample_rate=frame.sample_rate,
                format=frame.format,
                layout=frame.layout,
                time_base=self._tick,
            ),
            graph.add("aresample", f"{SAMPLE_RATE}:async=1:first_pts={self._written}"),
            graph.add("aformat", f"sample_fmts=fltp:channel_layouts={self._layout}"),
            graph.add("abuffersink"),
        )
        graph.link_nodes(*nodes).configure()
        return graph

    def _finish(self) -> Iterator[AudioFrame]:
        if self._graph is not None:
            self._graph.push(None)
            yield from self._ready(self._graph)
            self._graph = None
            self._format = None

    def _ready(self, graph: Graph) -> Iterator[AudioFrame]:
        while True:
            try:
                frame = cast(AudioFrame, graph.pull())
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            # Counted, not taken over: a player wants no gaps of single samples.
            frame.pts = self._written
            frame.time_base = Fraction(1, SAMPLE_RATE)
            self._written += frame.samples
            yield frame
