"""Decoding sound that begins in the middle of a file."""

from __future__ import annotations

import av
import av.logging
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.codec.context import Flags2


class SoundDecoder:
    """A stream's decoder that drops nothing of what it decodes first.

    FFmpeg takes that for the beginning of the file where it knows of an encoder's delay or of sound
    that an edit list hides (in Matroska; since FFmpeg 9, of PyAV 19, in mp4, too), and drops as
    many samples, be it seconds. So it is asked to leave that to others until a frame has come out.
    """

    def __init__(self, context: AudioCodecContext, in_the_middle: bool):
        """Begins.

        Args:
            context: the stream's, flushed.
            in_the_middle: whether the first packet will not be the file's first.
        """
        self._context = context
        self._begun = not in_the_middle

    def decode(self, packet: av.Packet) -> list[AudioFrame]:
        """Decodes one packet.

        Raises:
            av.error.FFmpegError: the packet is damaged.
        """
        errors, _ = av.logging.get_last_error()
        frames = self._decode(packet)
        now, last = av.logging.get_last_error()
        # AAC's decoder gives what it had understood so far, and only says that the rest is damaged.
        # What other decoders say, in other threads, is not about this packet.
        if now > errors and last is not None and last[1] == self._context.name:
            raise av.error.InvalidDataError(0, last[2].strip())
        return frames

    def _decode(self, packet: av.Packet) -> list[AudioFrame]:
        if self._begun:
            return self._context.decode(packet)
        self._context.flags2 |= Flags2.skip_manual
        try:
            frames = self._context.decode(packet)
        finally:
            self._context.flags2 &= ~Flags2.skip_manual
        self._begun = bool(frames)
        return [] if packet.is_discard else frames  # hidden by an edit list
