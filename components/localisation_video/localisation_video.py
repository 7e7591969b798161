"""Makes the video of where a video's sound comes from."""

from __future__ import annotations

import itertools
import math
import os
import pathlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

from objects_that_sound.components.localisation_video.frame_stream import FrameStream, at_rate
from objects_that_sound.components.localisation_video.localiser import Found, Localiser
from objects_that_sound.components.localisation_video.shown_frame import ShownFrame, shown_frames
from objects_that_sound.components.localisation_video.sound_stream import SoundStream
from objects_that_sound.components.localisation_video.soundtrack import SAMPLE_RATE
from objects_that_sound.components.localisation_video.triptych import Triptych, picture_size
from objects_that_sound.components.localisation_video.video_options import VideoOptions
from objects_that_sound.components.localisation_video.video_result import VideoResult
from objects_that_sound.components.localisation_video.video_writer import VideoWriter
from objects_that_sound.components.media import media_error
from objects_that_sound.components.media.frame_encoder import FrameEncoder
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.media.media_file import MediaFile
from objects_that_sound.models.whole_file import whole_file

_JPEG_QUALITY = 95  # as ingest stores frames
_PROBE_SIZE = 512  # pixels: short side from which the shape of the frames is taken

OnProgress = Callable[[int, int], object]
"""Gets how many frames are written, and of how many."""


class _Moment(NamedTuple):
    """A frame to show and to localise in, and the sound to write with it."""

    time: Fraction  # seconds from the beginning of the result
    frame: ShownFrame
    pcm: bytes
    track: list[AudioFrame]


def make_localisation_video(
    source: str | os.PathLike,
    output: str | os.PathLike,
    localiser: Localiser,
    options: VideoOptions | None = None,
    on_progress: OnProgress = lambda done, total: None,
) -> VideoResult:
    """Localises in every frame of a video and writes input, overlay and map side by side.

    Each frame goes to the model as ingest would store it, with the second of sound centred on it
    (silence beyond the ends of the sound). While a batch is in the model, the one before is drawn
    and written. Memory holds two batches, whatever the length.

    Args:
        source: a video file with sound.
        output: the MP4 to write.
        localiser: the model.
        options: which part, and how.
        on_progress: called behind every frame.

    Returns:
        Figures.

    Raises:
        MediaError: the video can't be opened, has no picture or no sound, or nothing of it lies
            in the chosen part.
        OSError: the output can't be written.
    """
    options = options or VideoOptions()
    # Two readers of one file: pictures and sound are decoded side by side.
    with MediaFile(source) as media, MediaFile(source) as sound_media:
        media.need_video()
        sound_media.need_audio()
        start, end = _part(media, options)
        description = localiser.describe()
        sound = SoundStream(sound_media, description.sample_rate, start)
        stream = FrameStream(media, start, end)
        first, frames = _peek(stream)
        aspect = media.need_video().sample_aspect_ratio
        shape = _size(FrameEncoder(_PROBE_SIZE, 1, aspect), first)
        for_eye = FrameEncoder(min(picture_size(shape, options.width)), 1, aspect)
        for_model = FrameEncoder(description.image_size, _JPEG_QUALITY, aspect)
        name = pathlib.Path(source).name
        triptych = Triptych(_size(for_eye, first), name, options.width, options.scale)
        shown = shown_frames(frames, for_model, for_eye, description.frames)
        total = len(stream)
        rate = Fraction(max(total, 1)) / (end - start)
        if options.fps is not None:
            rate = Fraction(options.fps).limit_denominator(1001)
            shown = at_rate(shown, start, end, rate)
            total = math.ceil((end - start) * rate)
        moments = _moments(shown, sound, start)
        scores, peaks = [], []
        with (
            whole_file(output) as unfinished,
            VideoWriter(unfinished, triptych.size, sound.layout, rate) as writer,
        ):
            for moment, found in _localised(moments, localiser, options.batch_size):
                picture = triptych.draw(moment.frame.picture, found, float(start + moment.time))
                _write_sound(writer, moment.track, end - start)
                writer.write_picture(moment.time, picture)
                scores.append(found.score)
                peaks.append(float(found.heatmap.max()))
                on_progress(len(scores), max(total, len(scores)))
            _write_sound(writer, sound.track(end), end - start)
        return VideoResult(
            frames=len(scores),
            seconds=float(end - start),
            broken_frames=stream.broken,
            broken_sounds=sound.broken,
            mean_score=float(np.mean(scores)),
            mean_peak=float(np.mean(peaks)),
        )


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


def _moments(
    frames: Iterable[tuple[Fraction, ShownFrame]], sound: SoundStream, start: Fraction
) -> Iterator[_Moment]:
    for time, frame in frames:
        pcm = sound.window(time)
        yield _Moment(time - start, frame, pcm, sound.track())


def _localised(
    moments: Iterator[_Moment], localiser: Localiser, batch_size: int
) -> Iterator[tuple[_Moment, Found]]:
    """Asks in batches; the next is on its way while one is worked with."""
    waiting: tuple[list[_Moment], Future[Sequence[Found]]] | None = None
    with ThreadPoolExecutor(1) as asking:
        while batch := list(itertools.islice(moments, batch_size)):
            future = asking.submit(
                localiser.localise,
                [moment.frame.image for moment in batch],
                [moment.pcm for moment in batch],
            )
            if waiting is not None:
                yield from zip(waiting[0], waiting[1].result(), strict=True)
            waiting = batch, future
        if waiting is not None:
            yield from zip(waiting[0], waiting[1].result(), strict=True)


def _write_sound(writer: VideoWriter, track: list[AudioFrame], seconds: Fraction) -> None:
    for frame in track:
        if frame.pts is not None and frame.pts < seconds * SAMPLE_RATE:
            writer.write_sound(frame)
