"""A video's frames to show, each with its sound: all of a localisation video that is decoded."""

from __future__ import annotations

import contextlib
import itertools
import math
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

from objects_that_sound.components.localisation_video.frame_stream import FrameStream, at_rate
from objects_that_sound.components.localisation_video.shown_frame import ShownFrame, shown_frames
from objects_that_sound.components.localisation_video.sound_stream import SoundStream
from objects_that_sound.components.localisation_video.triptych import picture_size
from objects_that_sound.components.localisation_video.video_options import VideoOptions
from objects_that_sound.components.media import media_error
from objects_that_sound.components.media.frame_encoder import FrameEncoder
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.media.media_file import MediaFile

_JPEG_QUALITY = 95  # as ingest stores frames
_PROBE_SIZE = 512  # pixels: short side from which the shape of the frames is taken

TrackPiece = tuple[int, np.ndarray]
"""Position of the first sample, and float32 [channels, n], of the sound to write."""


class Opening(NamedTuple):
    """What is known of a video before its moments.

    Attributes:
        start: first second of the file to show.
        end: second of the file where it ends.
        size: width and height of the pictures to show.
        layout: of the sound to write: "mono" or "stereo".
        rate: moments a second.
        total: how many moments there are if nothing is damaged.
    """

    start: Fraction
    end: Fraction
    size: tuple[int, int]
    layout: str
    rate: Fraction
    total: int


class Moment(NamedTuple):
    """A frame to show and to localise in.

    Attributes:
        time: seconds from the beginning of the result.
        frame: to show, and for the model.
        pcm: second of sound around it: int16 little-endian mono.
        track: sound to write meanwhile.
    """

    time: Fraction
    frame: ShownFrame
    pcm: bytes
    track: list[TrackPiece]


class Rest(NamedTuple):
    """What is known behind the last moment.

    Attributes:
        track: sound to write.
        broken_frames: how many were damaged and left out.
        broken_sounds: how many packets of sound were.
    """

    track: list[TrackPiece]
    broken_frames: int
    broken_sounds: int


class MomentReader:
    """Decodes a video, moment after moment; a context manager, and an iterator of `Moment`.

    Attributes:
        opening: what is known before.
    """

    def __init__(
        self, source: str, options: VideoOptions, sample_rate: int, image_size: int, frames: int
    ):
        """Opens a video.

        Args:
            source: a video file with sound.
            options: which part, and how.
            sample_rate: of the sound for the model, in Hz.
            image_size: short side of the pictures for the model, in pixels.
            frames: frames that the model looks at at once.

        Raises:
            MediaError: the video can't be opened, has no picture or no sound, or nothing of it
                lies in the chosen part.
        """
        with contextlib.ExitStack() as stack:
            # Two readers of one file: pictures and sound are decoded side by side.
            media = stack.enter_context(MediaFile(source))
            sound_media = stack.enter_context(MediaFile(source))
            media.need_video()
            sound_media.need_audio()
            start, end = _part(media, options)
            self._sound = SoundStream(sound_media, sample_rate, start)
            self._stream = FrameStream(media, start, end)
            first, decoded = _peek(self._stream)
            shape = _size(FrameEncoder(_PROBE_SIZE, 1, media.pixel_aspect), first)
            for_eye = FrameEncoder(min(picture_size(shape, options.width)), 1, media.pixel_aspect)
            for_model = FrameEncoder(image_size, _JPEG_QUALITY, media.pixel_aspect)
            shown = shown_frames(decoded, for_model, for_eye, frames)
            total = len(self._stream)
            rate = Fraction(max(total, 1)) / (end - start)
            if options.fps is not None:
                rate = Fraction(options.fps).limit_denominator(1001)
                shown = at_rate(shown, start, end, rate)
                total = math.ceil((end - start) * rate)
            self.opening = Opening(
                start, end, _size(for_eye, first), self._sound.layout, rate, total
            )
            self._moments = self._read(shown)
            self._files = stack.pop_all()

    def __enter__(self) -> MomentReader:
        return self

    def __exit__(self, *_: object) -> None:
        self._files.close()

    def __iter__(self) -> Iterator[Moment]:
        return self._moments

    def rest(self) -> Rest:
        """What is known behind the last moment."""
        track = _pieces(self._sound.track(self.opening.end))
        return Rest(track, self._stream.broken, self._sound.broken)

    def _read(self, frames: Iterable[tuple[Fraction, ShownFrame]]) -> Iterator[Moment]:
        for time, frame in frames:
            pcm = self._sound.window(time)
            yield Moment(time - self.opening.start, frame, pcm, _pieces(self._sound.track()))


def _pieces(frames: Iterable[AudioFrame]) -> list[TrackPiece]:
    return [(frame.pts, frame.to_ndarray()) for frame in frames if frame.pts is not None]


def _part(media: MediaFile, options: VideoOptions) -> tuple[Fraction, Fraction]:
    """First and last second of the file to show."""
    begin, end = media.video_range
    start = max(begin, Fraction(options.start).limit_denominator(1_000_000))
    if options.max_seconds is not None:
        end = min(end, start + Fraction(options.max_seconds).limit_denominator(1_000_000))
    if end <= start:
        raise MediaError(
            media_error.TOO_SHORT,
            f"no pictures behind {float(start):.2f} s; the file has them from "
            f"{float(begin):.2f} s to {float(media.video_range[1]):.2f} s",
        )
    return start, end


def _peek(
    frames: Iterable[tuple[Fraction, VideoFrame]],
) -> tuple[VideoFrame, Iterator[tuple[Fraction, VideoFrame]]]:
    """The first frame, and all of them."""
    iterator = iter(frames)
    first = next(iterator, None)
    if first is None:
        raise MediaError(media_error.DECODE_ERROR, "not one frame could be decoded")
    return first[1], itertools.chain([first], iterator)


def _size(encoder: FrameEncoder, frame: VideoFrame) -> tuple[int, int]:
    """Width and height of an encoder's pictures."""
    height, width = encoder.picture(frame).shape[:2]
    return width, height
