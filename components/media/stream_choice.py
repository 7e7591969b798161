"""Which of a file's streams are its picture and its sound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, TypeVar

import av.error
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from objects_that_sound.components.media import media_error
from objects_that_sound.components.media.channel_order import layout_name
from objects_that_sound.components.media.media_error import MediaError

MAX_PIXELS = 8192 * 8192
"""Of a picture; no real video has more."""

_PICTURES_BESIDE = Disposition.attached_pic | Disposition.still_image | Disposition.timed_thumbnails
_SOUNDS_BESIDE = (
    *(Disposition.comment, Disposition.lyrics, Disposition.karaoke, Disposition.hearing_impaired),
    *(Disposition.visual_impaired, Disposition.clean_effects, Disposition.captions),
    *(Disposition.descriptions, Disposition.non_diegetic, Disposition.dependent),
)
_STILL_CODECS = {"mjpeg", "mjpegb", "jpegls", "png", "apng", "bmp", "gif", "tiff", "webp"}

_Kind = TypeVar("_Kind", VideoStream, AudioStream)
_Program = tuple[int | None, int | None]


class ChosenStreams(NamedTuple):
    """The streams to use, each None where the file has none of its kind."""

    video: VideoStream | None
    audio: AudioStream | None


def choose_streams(
    container: InputContainer, reread: Callable[[], AbstractContextManager[InputContainer]]
) -> ChosenStreams:
    """Chooses the picture and its sound. Of several, the first that passes most of these:

    1. It can be decoded.
    2. It belongs to a program (of a transport stream) that has both picture and sound; picture and
       sound are always of one program.
    3. It is the film itself: not a cover, not a track of thumbnails (one picture, or still pictures
       where another track has more); not comments, descriptions or sound for impaired people.
    4. It holds something, as far as the container says.
    5. It is flagged as the default.

    Args:
        container: opened at its beginning; it is not read.
        reread: opens the file once more; used to count the pictures of several tracks.

    Raises:
        MediaError: cannot_open, too_large: none of a kind can be decoded; why the first can't.
    """
    films = [one for one in container.streams.video if not one.disposition & _PICTURES_BESIDE]
    videos = _usable(films, _check_picture)
    audios = _usable(container.streams.audio, _check_sound)
    if len(videos) + len(audios) > 2:
        video_programs = [_program(container, one) for one in videos]
        audio_programs = [_program(container, one) for one in audios]
        whole = set(video_programs) & set(audio_programs)
        if whole:
            videos = [one for one, at in zip(videos, video_programs, strict=True) if at in whole]
            audios = [one for one, at in zip(audios, audio_programs, strict=True) if at in whole]
    video = _best_video(videos, reread)
    if video is not None and len(audios) > 1:
        program = _program(container, video)
        audios = [one for one in audios if _program(container, one) == program]
    return ChosenStreams(video, _best_audio(audios))


def _usable(streams: Iterable[_Kind], check: Callable[[_Kind], None]) -> list[_Kind]:
    """The streams that pass a check; where none does, the first one's error is raised."""
    usable: list[_Kind] = []
    first: MediaError | None = None
    for stream in streams:
        try:
            if stream.codec_context is None:
                raise MediaError(
                    media_error.CANNOT_OPEN, f"no decoder for the {stream.type}'s codec"
                )
            check(stream)
            usable.append(stream)
        except MediaError as error:
            first = first or error
    if first is not None and not usable:
        raise first
    return usable


def _check_picture(stream: VideoStream) -> None:
    width, height = stream.codec_context.width, stream.codec_context.height
    if not width or not height:  # FFmpeg forgets a size that it refuses
        raise MediaError(media_error.TOO_LARGE, "no picture size, or one beyond FFmpeg's limit")
    if width * height > MAX_PIXELS:
        raise MediaError(media_error.TOO_LARGE, f"{width}x{height} pixels")


def _check_sound(stream: AudioStream) -> None:
    layout_name(stream.codec_context)


def _program(container: InputContainer, stream: Stream) -> _Program:
    """What is the same for all streams of a program: the picture and the sound that FFmpeg prefers.

    (PyAV does not tell programs, but asks FFmpeg for the best stream of the one that a stream is
    in. A file without programs is one.)
    """
    best = [container.streams.best(kind, related=stream) for kind in ("video", "audio")]
    video, audio = (None if one is None else one.index for one in best)
    return video, audio


def _best_video(
    streams: Sequence[VideoStream], reread: Callable[[], AbstractContextManager[InputContainer]]
) -> VideoStream | None:
    if len(streams) < 2:
        return next(iter(streams), None)
    pictures = {stream.index: stream.frames for stream in streams}
    if not all(pictures.values()):
        pictures = _counted(list(pictures), reread)
    most = max(pictures.values())

    def rank(stream: VideoStream) -> tuple:
        held = pictures[stream.index]
        stills = held < most and stream.codec_context.name in _STILL_CODECS
        dependent = bool(stream.disposition & Disposition.dependent)
        return held <= 1 or stills, dependent, not stream.disposition & Disposition.default

    return min(streams, key=rank)


def _best_audio(streams: Sequence[AudioStream]) -> AudioStream | None:
    counted = any(stream.frames for stream in streams)

    def rank(stream: AudioStream) -> tuple:
        beside = any(stream.disposition & purpose for purpose in _SOUNDS_BESIDE)
        empty = not stream.codec_context.sample_rate or (counted and not stream.frames)
        return empty, beside, not stream.disposition & Disposition.default

    return min(streams, key=rank, default=None)


def _counted(
    numbers: Sequence[int], reread: Callable[[], AbstractContextManager[InputContainer]]
) -> dict[int, int]:
    """How many packets the streams of some numbers have."""
    found: Counter[int] = Counter()
    try:
        with reread() as container:
            for packet in container.demux([container.streams[number] for number in numbers]):
                found[packet.stream_index] += bool(packet.size)
    except (av.error.FFmpegError, IndexError):
        pass  # damage shows itself when the chosen streams are read
    return {number: found[number] for number in numbers}
