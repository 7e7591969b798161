"""The frames presented at given times, decoding no more than they need."""

from __future__ import annotations

import bisect
import collections
import contextlib
import functools
import itertools
import math
from collections.abc import Iterator
from fractions import Fraction

import av
import av.error
import numpy as np
from av.video.frame import PictureType, VideoFrame

from objects_that_sound.components.media import media_error
from objects_that_sound.components.media.frame_encoder import FrameEncoder, StillFrame
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.media.media_file import MediaFile
from objects_that_sound.components.media.packet_index import MOST_REORDERED
from objects_that_sound.components.media.time_base import time_base

# These decoders leave out frames to which no other refers, packet by packet, and lose nothing else.
# libdav1d loses wanted frames as well; FFmpeg's own VP9 decodes them all the same.
_SKIPS_UNREFERENCED = {"h264", "hevc", "mpeg4", "mpeg2video"}
# One packet is one shown frame: only there can a lost frame be told from the index.
_FRAME_PER_PACKET = {"h264", "hevc", "vp9", "av1", "libdav1d"}


class FrameReader:
    """Finds for each time the last frame whose time stamp is not later, and encodes it.

    Where packets have time stamps of their own, only the groups of pictures (GOPs) that
    hold wanted frames are decoded, each up to its last wanted frame, and frames to which no other
    refers are left out on the way. The frames are bit by bit those of a full decoding: whatever
    looks different (a group that does not begin with an intra frame, a missing reference, a frame
    that does not come out) sends the reader back to decoding without leaving out, and then to
    decoding everything from the beginning. What is damaged there too is an error.

    Time stamps that ascend in the order of the file may be those of decoding, as a careless copy
    from AVI leaves them. Nothing is left out then, and if frames come out in another order, the
    sorted stamps are taken, in the order of the frames.
    """

    def __init__(self, media: MediaFile, encoder: FrameEncoder):
        """Creates a reader of an open file.

        Args:
            media: with a picture stream.
            encoder: stores the chosen frames.
        """
        self._media = media
        self._encoder = encoder
        self._stream = media.need_video()
        self._index = media.video_index
        self._base = time_base(self._stream)

    def read(self, times: list[Fraction]) -> list[StillFrame]:
        """Returns the frames of given times, in their order.

        Args:
            times: ascending, in seconds of the file's timeline.

        Raises:
            MediaError: decode_error: the frame for a time is damaged or was lost; no_timestamps.
        """
        ticks = [math.floor((time + self._media.origin) / self._base) for time in times]
        found = [self._index.last_until(tick) for tick in ticks]
        wanted = [ordinal for ordinal in found if ordinal is not None]
        for ordinal, tick in zip(found, ticks, strict=True):
            # A frame of which nothing is left is missing in the index, too.
            if ordinal is not None and self._index.near_damage(ordinal):
                where = f"near {self._seconds(tick):.3f} s"
                raise MediaError(media_error.DECODE_ERROR, f"packets are damaged or lost {where}")
        in_order = not self._index.timed and self._media.times_can_be_sorted
        try:
            if len(wanted) == len(ticks) and self._index.unique(wanted):
                with contextlib.suppress(_InexactError):
                    stills = self._read_groups(set(wanted))
                    return [stills[ordinal] for ordinal in wanted]
            return self._read_all(ticks, in_order)
        except _TimesOfDecodingError as error:
            if not self._media.times_can_be_sorted:
                what = "its pictures have times of decoding only"
                raise MediaError(media_error.NO_TIMESTAMPS, what) from error
            return self._read_all(ticks, in_order=True)

    def _read_groups(self, ordinals: set[int]) -> dict[int, StillFrame]:
        stills: dict[int, StillFrame] = {}
        skip = self._stream.codec_context.name in _SKIPS_UNREFERENCED and not self._ascends
        begin = self._index.key_for
        ordered = sorted(ordinals, key=lambda ordinal: (begin(ordinal), ordinal))
        for key, members in itertools.groupby(ordered, begin):
            group = list(members)
            if skip:
                try:
                    stills |= self._read_group(key, group, skip=True)
                    continue
                except _InexactError:
                    skip = False
            try:
                stills |= self._read_group(key, group, skip=False)
            except _InexactError:
                # The beginning of an open group may tidy up references of the group before.
                stills |= self._read_group(self._index.key_before(key), group, skip=False)
        return stills

    def _read_group(self, key: int, members: list[int], skip: bool) -> dict[int, StillFrame]:
        """Decodes from a key packet to the last wanted one.

        Raises:
            _InexactError: the frames can't be had this way.
            _TimesOfDecodingError: the stamps are not those of showing.
        """
        stamps = self._index.stamps
        if not self._index.distinct(key, members[-1]):
            raise _InexactError
        key_stamp = int(stamps[key])
        wanted = {int(stamps[ordinal]): ordinal for ordinal in members}
        stills: dict[int, StillFrame] = {}
        begun = key == self._index.first_key
        try:
            for stamp, frame in self._shown(self._decoded(key, members, skip)):
                if stamp < key_stamp:
                    continue  # pictures of an open group that refer to the group before
                # With periodic intra refresh, key packets hold no intra frame.
                begun |= stamp == key_stamp and frame.pict_type == PictureType.I
                if frame.is_corrupt or not begun:
                    raise _InexactError
                if stamp in wanted:
                    stills[wanted[stamp]] = self._encoder.encode(frame)
                    if len(stills) == len(members):
                        return stills
        except av.error.FFmpegError as error:
            raise _InexactError from error
        raise _InexactError

    def _decoded(
        self, key: int, members: list[int], skip: bool
    ) -> Iterator[tuple[int, VideoFrame]]:
        """Time stamp and frame, of those that have one, in the order of presentation."""
        last = members[-1]
        if self._ascends:
            last = min(last + MOST_REORDERED, len(self._index) - 1)
        for frame in self._frames_between(key, last, {key, *members}, skip):
            if frame.pts is not None:
                yield frame.pts, frame

    def _frames_between(
        self, key: int, last: int, needed: set[int], skip: bool
    ) -> Iterator[VideoFrame]:
        context = self._stream.codec_context
        skipping = False
        try:
            for ordinal, packet in self._media.packets(self._stream, [(key, last)]):
                if self._index.damaged(ordinal):
                    raise _InexactError
                if skip and (ordinal in needed) == skipping:
                    skipping = not skipping
                    context.skip_frame = "NONREF" if skipping else "DEFAULT"
                yield from context.decode(packet)
        finally:
            context.skip_frame = "DEFAULT"
        yield from context.decode(None)

    @functools.cached_property
    def _ascends(self) -> bool:
        """Whether no stamp is behind the one before, though pictures may be shown in another order."""
        reordered = self._stream.codec_context.has_b_frames or not self._index.timed
        return bool(reordered and np.all(np.diff(self._index.stamps) >= 0))

    def _shown(self, frames: Iterator[tuple[int, VideoFrame]]) -> Iterator[tuple[int, VideoFrame]]:
        """Passes on stamps and frames, behind a look at those that may belong before them.

        Raises:
            _TimesOfDecodingError: stamps that ascend in the file do not in the order of showing.
        """
        if not self._ascends:
            yield from frames
            return
        ahead: collections.deque[tuple[int, VideoFrame]] = collections.deque()
        for stamp, frame in frames:
            if ahead and stamp < ahead[-1][0]:
                raise _TimesOfDecodingError
            ahead.append((stamp, frame))
            if len(ahead) > MOST_REORDERED:
                yield ahead.popleft()
        yield from ahead

    def _read_all(self, ticks: list[int], in_order: bool) -> list[StillFrame]:
        """Decodes everything from the first key packet to the last wanted frame.

        With `in_order` the frames get the sorted stamps, whatever their own.
        """
        stills: list[StillFrame] = []
        previous: tuple[int, VideoFrame] | None = None
        frames = self._all_frames(in_order)
        for stamp, frame in frames if in_order else self._shown(frames):
            due = bisect.bisect_left(ticks, stamp)  # times before this frame
            if due > len(stills):
                stills += [self._checked(previous, ticks[len(stills)])] * (due - len(stills))
            if len(stills) == len(ticks):
                return stills
            previous = stamp, frame
        return stills + [self._checked(previous, ticks[-1])] * (len(ticks) - len(stills))

    def _all_frames(self, in_order: bool) -> Iterator[tuple[int, VideoFrame]]:
        """Time stamp, in ticks, and frame, in the order of presentation."""
        context = self._stream.codec_context
        first = self._index.first_key
        # A container without presentation times, as AVI, tells when packets are decoded: in that
        # order the frames come out, at the same times if none was shown behind a later one.
        due = np.sort(self._index.stamps[first:]) if in_order else None
        uneven = due is not None and not _steps_evenly(due)
        stamps = None if due is None else iter(due)
        packets = self._media.packets(self._stream, [(first, len(self._index) - 1)])
        stamp = 0
        try:
            for ordinal, packet in itertools.chain(packets, [(None, None)]):
                if ordinal is not None and self._index.damaged(ordinal):
                    where = f"behind {self._seconds(stamp):.3f} s"
                    raise MediaError(media_error.DECODE_ERROR, f"damaged packet {where}")
                for frame in context.decode(packet):
                    if uneven and (context.has_b_frames or frame.pict_type == PictureType.B):
                        what = "its pictures have times of decoding only, at no constant rate"
                        raise MediaError(media_error.NO_TIMESTAMPS, what)
                    stamp = _pts(frame) if stamps is None else int(next(stamps, stamp))
                    if stamp < self._index.stamps[first]:
                        continue
                    if frame.is_corrupt:
                        raise MediaError(
                            media_error.DECODE_ERROR,
                            f"damaged frame at {self._seconds(stamp):.3f} s",
                        )
                    yield stamp, frame
        except av.error.FFmpegError as error:
            where = f"video behind {self._seconds(stamp):.3f} s"
            raise MediaError.from_decoder(error, where) from error

    def _checked(self, found: tuple[int, VideoFrame] | None, tick: int) -> StillFrame:
        where = f"at {self._seconds(tick):.3f} s"
        if found is None:
            raise MediaError(media_error.DECODE_ERROR, f"no frame {where}")
        stamp, frame = found
        if self._stream.codec_context.name in _FRAME_PER_PACKET and not frame.interlaced_frame:
            expected = self._index.last_until(tick)
            if expected is None or stamp != self._index.stamps[expected]:
                raise MediaError(media_error.DECODE_ERROR, f"the frame {where} is lost")
        return self._encoder.encode(frame)

    def _seconds(self, tick: int) -> float:
        return float(tick * self._base - self._media.origin)


class _InexactError(Exception):
    """This way of decoding does not give the exact frames."""


class _TimesOfDecodingError(Exception):
    """The time stamps are those of decoding."""


def _steps_evenly(stamps: np.ndarray) -> bool:
    """Whether ascending time stamps rise at one rate, but for their rounding.

    Only then are times of decoding those of presentation, later or earlier by the same.
    """
    steps = np.diff(stamps)
    if not steps.size:
        return True
    usual = np.median(steps)
    return bool(np.ptp(steps) <= max(usual / 4, usual > 1))


def _pts(frame: VideoFrame) -> int:
    pts = frame.dts if frame.pts is None else frame.pts
    if pts is None:
        raise MediaError(media_error.NO_TIMESTAMPS, "a decoded frame has no time stamp")
    return pts
