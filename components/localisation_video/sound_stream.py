"""A file's sound, read once: as the model hears it and as it is written."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

import av.error
import numpy as np
from av.audio.frame import AudioFrame

from objects_that_sound.components.localisation_video.soundtrack import Soundtrack
from objects_that_sound.components.media.cancelled_channels import audible
from objects_that_sound.components.media.media_file import MediaFile
from objects_that_sound.components.media.mono_resampler import MonoResampler
from objects_that_sound.components.media.sound_decoder import SoundDecoder
from objects_that_sound.components.media.sound_windows import SoundWindows
from objects_that_sound.components.media.time_base import time_base

_BEFORE_SECONDS = 1  # half a window, and what a decoder that begins in the middle needs


class SoundStream:
    """The second of sound around ascending times, and the sound to write meanwhile.

    Memory holds little more than a second. Damaged packets are left out and counted; what is
    missing is silence.

    Attributes:
        broken: packets so far that could not be decoded.
        layout: of the sound to write: "mono" or "stereo".
    """

    def __init__(self, media: MediaFile, sample_rate: int, start: Fraction):
        """Creates the stream.

        Args:
            media: with a sound stream; no one else may read packets of it meanwhile.
            sample_rate: of the windows, in Hz.
            start: second of the file where the sound to write begins.

        Raises:
            MediaError: no_audio_stream.
        """
        stream = media.need_audio()
        channels = stream.codec_context.layout.nb_channels
        tick = time_base(stream)
        self.broken = 0
        self.layout = "mono" if channels == 1 else "stereo"
        self._rate = sample_rate
        self._track = Soundtrack(self.layout, tick, start + media.origin)
        self._ready: list[AudioFrame] = []
        # The mix of all channels and, as they may cancel each other, the first one.
        heard = [None, 0] if channels > 1 else [None]
        self._channels = [
            _Channel(MonoResampler(sample_rate, tick, media.origin, channel)) for channel in heard
        ]
        self._frames = self._decoded(media, start)

    def window(self, middle: Fraction) -> bytes:
        """The second around a time, silence where there is no sound.

        Args:
            middle: in seconds of the file; not before the last one's.

        Returns:
            int16 little-endian mono PCM of exactly one second.
        """
        start = round((middle - Fraction(1, 2)) * self._rate)
        self._read_until(start + self._rate)
        mixed, *first = (channel.window(start, self._rate) for channel in self._channels)
        sound = audible(mixed, *first) if first else mixed
        return sound.astype("<i2", copy=False).tobytes()

    def track(self, until: Fraction | None = None) -> list[AudioFrame]:
        """The sound to write that has become ready since the last call.

        Args:
            until: second of the file to read on to.
        """
        if until is not None:
            self._read_until(round(until * self._rate))
        ready, self._ready = self._ready, []
        return ready

    def _read_until(self, position: int) -> None:
        while self._channels[0].end < position:
            frame = next(self._frames, None)
            if frame is None:
                return
            stamp = frame.pts
            self._ready += self._track.feed(frame)
            for channel in self._channels:
                frame.pts = stamp
                channel.feed(frame)

    def _decoded(self, media: MediaFile, start: Fraction) -> Iterator[AudioFrame]:
        stream = media.need_audio()
        context, index = stream.codec_context, media.audio_index
        tick = math.floor((start - _BEFORE_SECONDS + media.origin) / time_base(stream))
        first = index.span(tick, tick)[0]
        decoder = SoundDecoder(context, in_the_middle=first > 0)
        for ordinal, packet in media.packets(stream, [(first, len(index) - 1)]):
            try:
                if index.damaged(ordinal):
                    raise av.error.InvalidDataError(0, "damaged packet")
                yield from decoder.decode(packet)
            except av.error.FFmpegError:
                self.broken += 1
        try:
            yield from context.decode(None)
        except av.error.FFmpegError:
            self.broken += 1
        self._ready += self._track.feed(None)
        for channel in self._channels:
            channel.feed(None)


class _Channel:
    """The last second or two of one channel, resampled."""

    def __init__(self, resampler: MonoResampler):
        self._resampler = resampler
        self._pieces: list[tuple[int, np.ndarray]] = []
        self.end = -(2**62)  # position behind the last sample

    def feed(self, frame: AudioFrame | None) -> None:
        for position, samples in self._resampler.feed(frame):
            self._pieces.append((position, samples))
            self.end = max(self.end, position + len(samples))

    def window(self, start: int, length: int) -> np.ndarray:
        """int16 [length] from a position on; what is before it is forgotten."""
        self._pieces = [piece for piece in self._pieces if piece[0] + len(piece[1]) > start]
        sound = SoundWindows([start], length)
        for piece in self._pieces:
            sound.add(*piece)
        return sound.windows[0]
