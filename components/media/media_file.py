"""Opening a media file: streams, the timeline, and an index of its packets."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import BinaryIO

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from objects_that_sound.components.media import media_error
from objects_that_sound.components.media.announced_size import HEAD_BYTES, announced_size
from objects_that_sound.components.media.broken_chain import broken_places
from objects_that_sound.components.media.containers import (
    Source,
    open_by_header,
    open_container,
    second_reading,
    source_head,
    source_size,
)
from objects_that_sound.components.media.indexed_packets import IndexedPackets
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.media.packet_index import PacketIndex
from objects_that_sound.components.media.sample_table import (
    may_list_samples,
    read_sample_tables,
)
from objects_that_sound.components.media.stream_choice import (
    MAX_PIXELS,
    ChosenStreams,
    choose_streams,
)
from objects_that_sound.components.media.time_base import time_base
from objects_that_sound.components.media.zero_holes import hole_test

av.logging.set_level(av.logging.PANIC)  # exceptions, and `SoundDecoder`, say what matters

_READ_WHOLE_BYTES = 8 << 20  # reading so little once is cheaper than seeking in it
_TRUNCATION_SECONDS = Fraction(1, 2)  # less missing than this is a container's rounding
_ANNOUNCES_DURATION = {"mov", "matroska", "webm", "avi", "flv", "asf", "mxf"}
_WITHOUT_PRESENTATION_TIMES = {"avi"}  # FFmpeg makes them up, in the order of decoding
_TIMES_OF_DECODING = {"asf", "asf_o"}  # out of which FFmpeg makes those of presentation
# There it only guesses the delay of these, by what it has seen so far.
_GUESSED_DELAY = {"h264", "hevc", "vvc"}
_COUNTS_ON = {"avi", "mxf", "ogg"}  # after what is lost, as if nothing had been there
_CLOCK_TURNS_OVER = {"mpegts", "mpeg"}  # after 2 ** 33 ticks, 26.5 hours
_TRANSPORT_PACKETS = (188, 192, 204)  # bytes; plain, with time codes (M2TS), with error correction
# Errors that FFmpeg would conceal become exceptions; a frame larger than announced, too.
_DECODER_OPTIONS = {"err_detect": "crccheck+explode", "max_pixels": str(MAX_PIXELS)}


class MediaFile:
    """A video or sound file with its packets indexed; a context manager.

    Times are seconds from the beginning of the file's timeline: the first presented time stamp of
    a file that starts late (an MPEG transport stream), else zero, as ffmpeg's `-ss` counts. Edit
    lists and encoder delays are applied by FFmpeg.

    Memory does not grow with the file: the packets of a large one are read again when needed.

    Attributes:
        video: the picture stream, or None.
        audio: the sound stream, or None.
        video_index: of the picture stream's packets; empty without one.
        audio_index: of the sound stream's packets; empty without one.
        video_range: first and last second of the pictures.
        audio_range: first and last second of the sound.
        origin: time stamp of second 0, in seconds.
    """

    def __init__(self, source: Source):
        """Opens and indexes a file.

        Raises:
            MediaError: cannot_open, missing_file, empty_file, truncated, decode_error,
                no_timestamps, too_large, out_of_memory.
        """
        self._source = source
        self._size = source_size(source)
        head = source_head(source, HEAD_BYTES)
        self._announced_size = announced_size(head)
        self._container, chosen, listed = self._open(head)
        try:
            self.video: VideoStream | None = chosen.video
            self.audio: AudioStream | None = chosen.audio
            if self.video is None and self.audio is None:
                raise MediaError(media_error.CANNOT_OPEN, "neither picture nor sound inside")
            start = Fraction(self._container.start_time or 0, av.time_base)
            # A negative start is an encoder's delay, which is not part of the timeline, unless
            # FFmpeg made it of time stamps shortly before a clock turned over.
            self.origin = start if self._formats & _CLOCK_TURNS_OVER else max(Fraction(0), start)
            for stream in self._streams():
                context = stream.codec_context
                context.thread_type = "NONE"
                context.options = _DECODER_OPTIONS
            timed = not (self._formats & _WITHOUT_PRESENTATION_TIMES or self._guessed)
            self._packets = IndexedPackets(
                self._container,
                functools.partial(open_container, source),
                {stream: PacketIndex(timed or stream is self.audio) for stream in self._streams()},
            )
            self._packets.read(self._size, listed)
            self.origin += self._packets.keep_one_part()
            self.video_index = self._packets.index(self.video)
            self.audio_index = self._packets.index(self.audio)
            self._note_losses()
            self.video_range = self._range(self.video, self.video_index)
            self.audio_range = self._range(self.audio, self.audio_index)
            self._check_complete()
        except BaseException:
            self._container.close()
            raise

    def __enter__(self) -> MediaFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Frees the decoders and the packets."""
        self._packets.forget()
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

    def pixel_aspect(self) -> Fraction:
        """Width of a stored pixel by its height; 1 where nothing says it.

        Where the container does not say it, it is known when a frame has been decoded.

        Raises:
            MediaError: no_video_stream.
        """
        stream = self.need_video()
        return Fraction(stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio or 1)

    @property
    def duration(self) -> float:
        """Seconds from the beginning to the end of the later of picture and sound."""
        return float(max(self.video_range[1], self.audio_range[1]))

    def packets(
        self, stream: Stream, spans: Sequence[tuple[int, int]] | None = None
    ) -> Iterator[tuple[int, av.Packet]]:
        """Yields (ordinal, packet) of one stream, ready to decode; its decoder is reset before.

        Args:
            stream: `video` or `audio`.
            spans: ordinals (first, last), both included; ascending. None: all.

        Raises:
            MediaError: cannot_open, decode_error: the file can't be read again.
        """
        index, has_hole = self._packets.index(stream), hole_test(stream.codec_context)
        spans = [(0, len(index) - 1)] if spans is None else spans
        stream.codec_context.flush_buffers()
        guessed = stream is self.video and self._guessed
        for ordinal, packet in self._packets.packets(stream, spans):
            if has_hole(packet):
                index.damage(ordinal)
            if guessed:
                packet.pts = packet.dts
            yield ordinal, packet

    @property
    def times_can_be_sorted(self) -> bool:
        """Whether times of decoding, sorted, would be those of presentation."""
        return not self._formats & _TIMES_OF_DECODING

    @property
    def _guessed(self) -> bool:
        """Whether FFmpeg only guesses when a picture is presented."""
        codec = self.video.codec_context.name if self.video else ""
        return bool(self._formats & _TIMES_OF_DECODING) and codec in _GUESSED_DELAY

    @property
    def _formats(self) -> set[str]:
        """FFmpeg's names of the container."""
        return set(self._container.format.name.split(","))

    def _open(self, head: bytes) -> tuple[InputContainer, ChosenStreams, list[PacketIndex] | None]:
        """The file, its streams, and the packets that it lists, if it can be trusted in that."""
        if self._size > _READ_WHOLE_BYTES and may_list_samples(head):
            container = open_by_header(self._source)
            try:
                chosen = self._choose(container)
                listed = self._sample_tables(chosen)
                if listed is not None:
                    return container, chosen, listed
            except MediaError:  # perhaps of something that only a picture shows
                pass
            container.close()
        container = open_container(self._source)
        try:
            return container, self._choose(container), None
        except BaseException:
            container.close()
            raise

    def _choose(self, container: InputContainer) -> ChosenStreams:
        return choose_streams(container, functools.partial(second_reading, self._source))

    def _sample_tables(self, chosen: ChosenStreams) -> list[PacketIndex] | None:
        streams = [stream for stream in chosen if stream is not None]
        with self._bytes() as file:
            return read_sample_tables(file, streams)

    def _streams(self) -> list:
        return [stream for stream in (self.video, self.audio) if stream is not None]

    def _range(self, stream: Stream | None, index: PacketIndex) -> tuple[Fraction, Fraction]:
        if stream is None or not len(index) or index.start is None:
            return Fraction(0), Fraction(0)
        base = time_base(stream)
        start = max(Fraction(0), index.start * base - self.origin)
        return start, max(start, index.end * base - self.origin)

    def _note_losses(self) -> None:
        """Marks pictures next to places where FFmpeg passed over packets without a word.

        Sound needs no mark: its time stamps show the gap.

        Raises:
            MediaError: decode_error: without time stamps, all that is behind would come too early.
        """
        indexes = self.video_index, self.audio_index
        positions = np.concatenate([index.positions for index in indexes])
        sizes = np.concatenate([index.sizes for index in indexes])
        with self._bytes() as file:
            places = broken_places(file, self._formats, positions, sizes)
        if self._formats & _COUNTS_ON:
            for place in places:
                if 0 < place < positions.max(initial=0):
                    detail = f"broken at byte {place}, and what is behind has no certain time"
                    raise MediaError(media_error.DECODE_ERROR, detail)
        for place in places:
            self.video_index.lose(place)

    @contextlib.contextmanager
    def _bytes(self) -> Iterator[BinaryIO]:
        """The file as it is."""
        if not isinstance(self._source, str | os.PathLike):
            yield self._source
            return
        with open(self._source, "rb") as file:
            yield file

    def _check_complete(self) -> None:
        formats = self._formats
        if self.video and "avi" in formats:
            # It counts ticks: there are fewer packets where frames were dropped or last longer.
            lasts, ticks = time_base(self.video), self.video.frames
            if (ticks - self.video_index.end) * lasts > _TRUNCATION_SECONDS:
                found = self.video_index.end * lasts
                raise self._lacks_seconds(found, ticks * lasts)
        # A recording may begin inside a packet: whole ones are counted from a known one on, too.
        lengths = self._size, self._size - self._packets.first_position
        if "mpegts" in formats and all(
            length % size for size in _TRANSPORT_PACKETS for length in lengths
        ):
            raise MediaError(media_error.TRUNCATED, "ends inside a transport stream packet")
        lacking = max(0, (self._announced_size or 0) - self._size)
        if "asf" in formats and lacking * self.duration > _TRUNCATION_SECONDS * self._size:
            # FFmpeg knows the duration by the same header, but forgets it where bytes are missing.
            raise self._lacks_bytes()
        if not self._container.duration or not formats & _ANNOUNCES_DURATION:
            return
        announced = Fraction(self._container.duration, av.time_base)
        enough = announced - _TRUNCATION_SECONDS
        found = max(self.video_range[1], self.audio_range[1])
        if found >= enough:
            return
        # Some muxers announce the last time stamp, others the length from the first one on. Of a
        # file that starts late, where that makes a difference, the bytes are counted as well.
        end = found + self.origin
        if end >= enough:
            if lacking:
                raise self._lacks_bytes()
        # Other streams, as subtitles, may end later, which another reading shows.
        elif self._end_of_all_streams() < enough:
            raise self._lacks_seconds(end, announced)

    @staticmethod
    def _lacks_seconds(found: Fraction, announced: Fraction) -> MediaError:
        detail = f"holds {float(found):.2f} s of the {float(announced):.2f} s it announces"
        return MediaError(media_error.TRUNCATED, detail)

    def _lacks_bytes(self) -> MediaError:
        detail = f"holds {self._size} of the {self._announced_size} bytes it announces"
        return MediaError(media_error.TRUNCATED, detail)

    def _end_of_all_streams(self) -> Fraction:
        """When the last packet of the file ends, in seconds by its time stamps."""
        end = Fraction(0)
        with second_reading(self._source) as container:
            for packet in container.demux():
                if packet.size and packet.pts is not None and packet.time_base is not None:
                    ticks = packet.pts + (packet.duration or 0)
                    end = max(end, Fraction(ticks * packet.time_base))
        return end
