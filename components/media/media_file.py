"""Opening a media file: streams, the timeline, and an index of its packets."""

from __future__ import annotations

import bisect
import os
from collections.abc import Iterator
from fractions import Fraction
from typing import BinaryIO, cast

import av
import av.error
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.frame import Frame
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from components.media import media_error
from components.media.media_error import MediaError

av.logging.set_level(av.logging.PANIC)  # what FFmpeg has to say arrives as exceptions

Source = str | os.PathLike | BinaryIO
"""A local path, or a seekable binary file (for remote storage)."""

_KEEP_BYTES = 64 << 20  # packets of smaller files stay in memory, so that they are read once
_MAX_PIXELS = 8192 * 8192
_TRUNCATION_SECONDS = Fraction(1, 2)  # less missing than this is a container's rounding
_ANNOUNCES_DURATION = {"mov", "matroska", "webm", "avi", "flv", "asf"}


class MediaFile:
    """A video or sound file with its packets indexed; a context manager.

    Times are seconds from the beginning of the file's timeline: the first presented time stamp of
    a file that starts late (an MPEG transport stream), else zero, as ffmpeg's `-ss` counts. Edit
    lists and encoder delays are applied by FFmpeg.

    Attributes:
        video: the picture stream, or None.
        audio: the sound stream, or None.
        origin: time stamp of second 0, in seconds.
    """

    def __init__(self, source: Source):
        """Opens and indexes a file.

        Raises:
            MediaError: cannot_open, empty_file, truncated, decode_error, no_timestamps, too_large.
        """
        self._source = source
        self._packets: list[av.Packet] = []
        self._video_pts: list[int] = []
        self._size = _size(source)
        if not self._size:
            raise MediaError(media_error.EMPTY_FILE, "zero bytes")
        try:
            self._container = _open(source)
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise _open_error(source, error) from error
        try:
            self.video: VideoStream | None = _video_stream(self._container)
            self.audio: AudioStream | None = next(iter(self._container.streams.audio), None)
            if self.video is None and self.audio is None:
                raise MediaError(media_error.CANNOT_OPEN, "neither picture nor sound inside")
            start = self._container.start_time
            # A negative start is an encoder's delay, which is not part of the timeline.
            self.origin = max(Fraction(0), Fraction(start or 0, av.time_base))
            for stream in self._streams():
                stream.codec_context.thread_type = "NONE"
            self._index()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> MediaFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Frees the decoders and the packets."""
        self._packets = []
        self._container.close()

    def need_video(self) -> VideoStream:
        """The picture stream.

        Raises:
            MediaError: no_video_stream.
        """
        if self.video is None:
            raise MediaError(media_error.NO_VIDEO_STREAM, "no moving picture")
        return self.video

    def need_audio(self) -> AudioStream:
        """The sound stream.

        Raises:
            MediaError: no_audio_stream.
        """
        if self.audio is None:
            raise MediaError(media_error.NO_AUDIO_STREAM, "no sound track")
        return self.audio

    @property
    def duration(self) -> float:
        """Seconds from the beginning to the end of the later of picture and sound."""
        return float(max(self.video_range[1], self.audio_range[1]))

    def expected_pts(self, pts: int) -> int | None:
        """The last picture packet's time stamp up to `pts`, in ticks of the video stream."""
        place = bisect.bisect_right(self._video_pts, pts)
        return self._video_pts[place - 1] if place else None

    def packets(self) -> Iterator[av.Packet]:
        """All packets of both streams in file order, from the beginning, ready to decode.

        Ends with one empty packet a stream, which drains its decoder.
        """
        if self._packets:
            for stream in self._streams():
                stream.codec_context.flush_buffers()
            yield from self._packets
            return
        indexes = [stream.index for stream in self._streams()]
        with _open(_rewound(self._source)) as container:
            streams = [container.streams[index] for index in indexes]
            for stream in streams:
                stream.codec_context.thread_type = "NONE"
            yield from container.demux(streams)

    def _streams(self) -> list:
        return [stream for stream in (self.video, self.audio) if stream is not None]

    def _index(self) -> None:
        """One pass over the packets: what is there, and when."""
        self.video_range = self.audio_range = (Fraction(0), Fraction(0))
        streams = self._streams()
        video_index = self.video.index if self.video else -1
        key_pts: int | None = None
        video_end = audio_end = 0
        audio_start: int | None = None
        kept = 0
        try:
            for packet in self._container.demux(streams):
                if kept <= _KEEP_BYTES:
                    self._packets.append(packet)
                    kept += packet.size
                if not packet.size or packet.is_discard:
                    continue
                pts = packet.dts if packet.pts is None else packet.pts
                if packet.is_corrupt or pts is None:
                    raise self._packet_error(packet)
                end = pts + (packet.duration or 0)
                if packet.stream_index == video_index:
                    self._video_pts.append(pts)
                    video_end = max(video_end, end)
                    if packet.is_keyframe and (key_pts is None or pts < key_pts):
                        key_pts = pts
                else:
                    audio_start = pts if audio_start is None else min(audio_start, pts)
                    audio_end = max(audio_end, end)
        except av.error.FFmpegError as error:
            raise MediaError(media_error.TRUNCATED, f"reading stopped: {error}") from error
        if kept > _KEEP_BYTES:
            self._packets = []
        self._video_pts.sort()
        if self.video and key_pts is not None:
            self.video_range = self._seconds(self.video, key_pts, video_end)
        if self.audio and audio_start is not None:
            self.audio_range = self._seconds(self.audio, audio_start, audio_end)
        self._check_complete()

    def _seconds(self, stream: Stream, start: int, end: int) -> tuple[Fraction, Fraction]:
        base = time_base(stream)
        return (max(Fraction(0), start * base - self.origin), end * base - self.origin)

    def _packet_error(self, packet: av.Packet) -> MediaError:
        where = f"at byte {packet.pos}"
        if not packet.is_corrupt:
            return MediaError(media_error.NO_TIMESTAMPS, f"the packet {where} has no time stamp")
        if packet.pos is not None and packet.pos + packet.size >= self._size:
            return MediaError(media_error.TRUNCATED, f"the file ends inside the packet {where}")
        return MediaError(media_error.DECODE_ERROR, f"damaged packet {where}")

    def _check_complete(self) -> None:
        formats = set(self._container.format.name.split(","))
        frames = self.video.frames if self.video and "avi" in formats else 0
        if len(self._video_pts) < frames - 1:
            raise MediaError(
                media_error.TRUNCATED,
                f"holds {len(self._video_pts)} of the {frames} frames it announces",
            )
        if not self._container.duration or not formats & _ANNOUNCES_DURATION:
            return
        announced = Fraction(self._container.duration, av.time_base)
        found = max(self.video_range[1], self.audio_range[1])
        if found < announced - _TRUNCATION_SECONDS:
            raise MediaError(
                media_error.TRUNCATED,
                f"holds {float(found):.2f} s of the {float(announced):.2f} s it announces",
            )


def time_base(timed: Stream | Frame) -> Fraction:
    """Seconds of a tick of a stream or frame; every demuxed or decoded one has it."""
    return cast(Fraction, timed.time_base)


def _open(source: Source) -> InputContainer:
    # "file:" keeps FFmpeg from reading a protocol out of a name such as `a:b.mp4`; the whitelist
    # keeps playlists from reaching the network.
    target = f"file:{os.fspath(source)}" if isinstance(source, str | os.PathLike) else source
    return av.open(
        target,
        mode="r",
        container_options={"protocol_whitelist": "file"},
        metadata_errors="replace",
    )


def _rewound(source: Source) -> Source:
    if not isinstance(source, str | os.PathLike):
        source.seek(0)
    return source


def _size(source: Source) -> int:
    if not isinstance(source, str | os.PathLike):
        size = source.seek(0, os.SEEK_END)
        source.seek(0)
        return size
    if os.path.isdir(source):
        raise MediaError(media_error.CANNOT_OPEN, "a folder, not a file")
    try:
        return os.path.getsize(source)
    except OSError as error:
        raise MediaError(media_error.CANNOT_OPEN, error.strerror or str(error)) from error


def _video_stream(container: InputContainer) -> VideoStream | None:
    for stream in container.streams.video:
        if stream.disposition & (Disposition.attached_pic | Disposition.still_image):
            continue
        if stream.width * stream.height > _MAX_PIXELS:
            raise MediaError(media_error.TOO_LARGE, f"{stream.width}x{stream.height} pixels")
        return stream
    return None


def _open_error(source: Source, error: Exception) -> MediaError:
    detail = getattr(error, "strerror", None) or str(error)
    if isinstance(error, av.error.InvalidDataError | av.error.EOFError):
        if isinstance(source, str | os.PathLike) and _lost_its_end(source):
            return MediaError(media_error.TRUNCATED, "an mp4 whose end, with the index, is missing")
        detail = "not a video or sound file"
    return MediaError(media_error.CANNOT_OPEN, detail)


def _lost_its_end(path: str | os.PathLike) -> bool:
    """Whether a file begins as an mp4 does and stops before its `moov` box."""
    size = os.path.getsize(path)
    position = 0
    with open(path, "rb") as file:
        while position + 8 <= size:
            file.seek(position)
            header = file.read(16)
            length, kind = int.from_bytes(header[:4], "big"), header[4:8]
            if position == 0 and kind != b"ftyp":
                return False
            if length == 1:
                length = int.from_bytes(header[8:16], "big")
            if length < 8:
                return length == 0 and kind == b"mdat"
            position += length
            if kind == b"moov" and position <= size:
                return False
    return position > 0
