"""All frames of a part of a video, one after the other."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TypeVar

import av.error
import numpy as np
from av.video.frame import VideoFrame

from objects_that_sound.components.media.media_file import MediaFile
from objects_that_sound.components.media.time_base import time_base

Frame = TypeVar("Frame")


class FrameStream:
    """Decodes the frames between two times, in the order of presentation.

    Unlike ingest it goes on behind a damaged frame: a video to look at has the frame before stand
    still instead.

    Attributes:
        broken: packets and frames so far that were damaged and left out.
    """

    def __init__(self, media: MediaFile, start: Fraction, end: Fraction):
        """Creates the stream.

        Args:
            media: with a picture stream.
            start: in seconds of the file's timeline.
            end: likewise; frames from there on are left out.
        """
        self._media = media
        self._stream = media.need_video()
        self._base = time_base(self._stream)
        self._start = start
        self._end = end
        self.broken = 0

    def __len__(self) -> int:
        """How many frames there are if none is damaged."""
        index = self._media.video_index
        times = index.stamps[index.shown]
        first, last = self._tick(self._start), self._tick(self._end)
        return int(((times > first) & (times < last)).sum()) + bool((times <= first).any())

    def __iter__(self) -> Iterator[tuple[Fraction, VideoFrame]]:
        """Yields (seconds of the file, frame); the first is what is shown at the start."""
        at_start: VideoFrame | None = None
        for time, frame in self._decoded():
            if time >= self._end:
                break
            if time <= self._start:
                at_start = frame
                continue
            if at_start is not None:
                yield self._start, at_start
                at_start = None
            yield time, frame
        if at_start is not None:
            yield self._start, at_start

    def _decoded(self) -> Iterator[tuple[Fraction, VideoFrame]]:
        index, context = self._media.video_index, self._stream.codec_context
        first = index.first_key
        begin = index.last_until(self._tick(self._start)) if index.exact else None
        if begin is not None:
            first = index.key_for(begin)
        # A container without presentation times has a constant rate: frames come in its order.
        in_order = None if index.timed else iter(np.sort(index.stamps[first:]))
        packets = self._media.packets(self._stream, [(first, len(index) - 1)])
        for ordinal, packet in itertools.chain(packets, [(None, None)]):
            try:
                if ordinal is not None and index.damaged(ordinal):
                    raise av.error.InvalidDataError(0, "damaged packet")
                frames = context.decode(packet)
            except av.error.FFmpegError:
                self.broken += 1
                if in_order is not None:
                    next(in_order, None)
                continue
            for frame in frames:
                stamp = frame.pts if in_order is None else next(in_order, None)
                if frame.is_corrupt or stamp is None:
                    self.broken += 1
                elif stamp >= index.stamps[first]:
                    yield int(stamp) * self._base - self._media.origin, frame

    def _tick(self, seconds: Fraction) -> int:
        return math.floor((seconds + self._media.origin) / self._base)


def at_rate(
    frames: Iterable[tuple[Fraction, Frame]], start: Fraction, end: Fraction, rate: Fraction
) -> Iterator[tuple[Fraction, Frame]]:
    """Repeats or leaves out frames so that there are `rate` a second.

    Args:
        frames: (seconds, frame), ascending.
        start: time of the first frame yielded.
        end: frames are yielded before it.
        rate: frames a second.

    Yields:
        (seconds, the last frame that is not later).
    """
    number = 0
    shown: Frame | None = None
    for time, frame in frames:
        while shown is not None and start + number / rate < time:
            yield start + number / rate, shown
            number += 1
        shown = frame
    while shown is not None and start + number / rate < end:
        yield start + number / rate, shown
        number += 1
