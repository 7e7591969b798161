"""Sound as mono int16 at a wanted rate, each sample at its place in time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

import av.error
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame

from objects_that_sound.components.media import media_error
from objects_that_sound.components.media.cancelled_channels import audible, may_have_cancelled
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.media.media_file import MediaFile, Source
from objects_that_sound.components.media.mono_resampler import MonoResampler
from objects_that_sound.components.media.sound_clock import LASTING_SECONDS
from objects_that_sound.components.media.sound_decoder import SoundDecoder
from objects_that_sound.components.media.sound_windows import SoundWindows
from objects_that_sound.components.media.time_base import time_base

# Decoders that begin in the middle need this much to be as they would have been: overlapping
# transforms, bit reservoirs, and the headers of spectral band replication.
_LEAD_IN_SECONDS = Fraction(1, 2)
_LEAD_OUT_SECONDS = Fraction(1, 10)  # filters and decoders are late by this much at most


def decode_audio(source: Source, sample_rate: int) -> np.ndarray:
    """Decodes all sound of a file, mono.

    Args:
        source: any file with a sound stream that FFmpeg reads (wav, ogg, flac, mp3, mp4, ...).
        sample_rate: in Hz.

    Returns:
        int16 [n], from the first sample there is; silence where sound is missing in between. Each
        second of it, counted from there, is the `audible` one.

    Raises:
        MediaError: the file can't be opened, has no sound, or is damaged.
    """
    with MediaFile(source) as media:
        pieces: list[tuple[int, np.ndarray]] = []
        read_sound(media, sample_rate, lambda *piece: pieces.append(piece))
        if not pieces:
            raise MediaError(media_error.DECODE_ERROR, "the sound track holds no sound")
        start = min(position for position, _ in pieces)
        end = max(position + len(samples) for position, samples in pieces)
        seconds = SoundWindows(range(start, end, sample_rate), sample_rate)
        for piece in pieces:
            seconds.add(*piece)
        replace_cancelled(media, sample_rate, seconds)
    return seconds.windows.reshape(-1)[: end - start]


def read_sound(
    media: MediaFile,
    sample_rate: int,
    take: Callable[[int, np.ndarray], object],
    *,
    channel: int | None = None,
    spans: Sequence[tuple[Fraction, Fraction]] | None = None,
) -> None:
    """Decodes a file's sound, calling `take(position, samples)` for each piece.

    Args:
        media: the open file.
        sample_rate: wanted, in Hz.
        take: gets the position of a piece's first sample, counted from second 0 at `sample_rate`
            (may be negative), and int16 samples [n].
        channel: this channel alone instead of the mix of all.
        spans: (start, end) in seconds, ascending: only packets around them are decoded, and pieces
            outside them may be missing or wrong. None: everything.

    Raises:
        MediaError: no_audio_stream, decode_error, no_timestamps.
    """
    stream = media.need_audio()
    context = stream.codec_context
    index = media.audio_index
    for span in _packet_spans(media, spans):
        resampler = MonoResampler(sample_rate, time_base(stream), media.origin, channel)
        decoder = SoundDecoder(context, in_the_middle=span.first > 0)
        stop = None if span.end is None else math.ceil(span.end * sample_rate)
        beyond = 0.0  # seconds decoded only to place what is before
        for ordinal, packet in media.packets(stream, [(span.first, len(index) - 1)]):
            if ordinal > span.last and (not resampler.undecided or beyond > LASTING_SECONDS):
                break
            try:
                if index.damaged(ordinal):
                    raise av.error.InvalidDataError(0, "packet is damaged")
                frames = decoder.decode(packet)
            except av.error.FFmpegError as error:
                if span.first and index.stamps[ordinal] < span.needed:
                    continue  # a decoder that begins in the middle may miss what was before
                if ordinal > span.last:
                    break
                where = f"sound at byte {packet.pos}"
                raise MediaError.from_decoder(error, where) from error
            for frame in frames:
                if ordinal > span.last:
                    beyond += frame.samples / frame.sample_rate
                _give(resampler.feed(frame), stop, take)
        rest: list[AudioFrame | None] = [*_drained(context), None]
        for last_frame in rest:
            _give(resampler.feed(last_frame), stop, take)


def _give(
    pieces: Iterator[tuple[int, np.ndarray]],
    stop: int | None,
    take: Callable[[int, np.ndarray], object],
) -> None:
    """Hands pieces over, but for those that were read only to place others: from `stop` on."""
    for position, samples in pieces:
        if stop is None or position < stop:
            take(position, samples)


def replace_cancelled(
    media: MediaFile,
    sample_rate: int,
    sound: SoundWindows,
    spans: Sequence[tuple[Fraction, Fraction]] | None = None,
) -> None:
    """Puts the first channel in place of the mix in each window whose channels cancel each other.

    Args:
        media: the open file.
        sample_rate: of the windows, in Hz.
        sound: filled by `read_sound` with the mix of all channels.
        spans: of each window, (start, end) in seconds; None: the windows are the whole file.

    Raises:
        MediaError: as `read_sound`.
    """
    if media.need_audio().codec_context.layout.nb_channels == 1:
        return
    quiet = [row for row, mixed in enumerate(sound.windows) if may_have_cancelled(mixed)]
    if not quiet:
        return
    first = SoundWindows([sound.starts[row] for row in quiet], sound.windows.shape[1])
    there = None if spans is None else [spans[row] for row in quiet]
    read_sound(media, sample_rate, first.add, channel=0, spans=there)
    for row, window in zip(quiet, first.windows, strict=True):
        sound.windows[row] = audible(sound.windows[row], window)


class _PacketSpan(NamedTuple):
    """Packets to decode.

    Attributes:
        first: ordinal of the first one.
        last: ordinal of the last one, unless later ones must tell where sound belongs.
        needed: time stamp from which on all packets must be whole, in ticks.
        end: seconds of the file up to which sound is handed over; None: all of it.
    """

    first: int
    last: int
    needed: int
    end: Fraction | None


def _packet_spans(
    media: MediaFile, spans: Sequence[tuple[Fraction, Fraction]] | None
) -> Iterator[_PacketSpan]:
    index = media.audio_index
    if spans is None:
        last = len(index) - 1
        yield _PacketSpan(0, last, 0, None)
        return
    merged: list[list[Fraction]] = []
    for start, end in spans:
        if merged and start - merged[-1][1] < _LEAD_IN_SECONDS + _LEAD_OUT_SECONDS:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    base = time_base(media.need_audio())
    for start, end in merged:
        # A damaged packet spoils what is decoded shortly behind it, too.
        needed = math.floor((start - _LEAD_IN_SECONDS / 2 + media.origin) / base)
        end += _LEAD_OUT_SECONDS
        first = math.floor((start - _LEAD_IN_SECONDS + media.origin) / base)
        stop = math.ceil((end + media.origin) / base)
        begin, last = index.span(first, stop)
        yield _PacketSpan(begin, last, needed, end)


def _drained(context: AudioCodecContext) -> list[AudioFrame]:
    """What the decoder still holds; nothing where the last packet was not its last."""
    try:
        return context.decode(None)
    except av.error.FFmpegError:
        return []
