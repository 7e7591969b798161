"""Sound as mono int16 at a wanted rate, each sample at its place in time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction

import av
import av.error
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from components.media import media_error
from components.media.media_error import MediaError
from components.media.media_file import MediaFile, Source, time_base

TOLERANCE_SECONDS = 0.002
"""Time stamps may jitter by this much (containers round to milliseconds) and still be continuous;
a window may lack this much at its ends."""

SILENCE_DBFS = -120.0
"""Loudness of digital silence (its logarithm would be minus infinity)."""

_INT16_MAX = 32768.0


class MonoResampler:
    """Resamples decoded frames to mono int16 and says where each piece belongs.

    Within a continuous run, samples are counted, so that rounded time stamps cause no jitter; at a
    gap, a jump or a change of format a new run starts at its own time stamp.
    """

    def __init__(self, sample_rate: int, origin: Fraction, channel: int | None = None):
        """Creates a resampler.

        Args:
            sample_rate: of the result, in Hz.
            origin: time stamp of second 0, in seconds.
            channel: take this channel alone instead of the mix of all.
        """
        self._rate = sample_rate
        self._origin = float(origin)
        self._channel = channel
        self._resampler: AudioResampler | None = None
        self._format: tuple | None = None
        self._expected = 0.0  # seconds: where the next frame of the run would start
        self._position = 0  # samples at the wanted rate: where the run's next output belongs

    def feed(self, frame: AudioFrame | None) -> Iterator[tuple[int, np.ndarray]]:
        """Takes a decoded frame (None: the end) and yields what became ready.

        Yields:
            (position of the first sample, counted from second 0 at the wanted rate; may be
            negative; int16 samples [n]).

        Raises:
            MediaError: no_timestamps.
        """
        if frame is None:
            yield from self._flush()
            return
        if frame.pts is not None:
            start = float(frame.pts * time_base(frame)) - self._origin
            kind = (frame.sample_rate, frame.layout.name, frame.format.name)
            if kind != self._format or abs(start - self._expected) > TOLERANCE_SECONDS:
                yield from self._flush()
                self._format = kind
                self._expected = start
                self._position = round(start * self._rate)
                self._resampler = AudioResampler("s16", "mono", self._rate)
        if self._resampler is None:
            raise MediaError(media_error.NO_TIMESTAMPS, "decoded sound has no time stamp")
        self._expected += frame.samples / frame.sample_rate
        if self._channel is not None:
            frame = _one_channel(frame, self._channel)
        frame.pts = None
        yield from self._place(self._resampler.resample(frame))

    def _flush(self) -> Iterator[tuple[int, np.ndarray]]:
        if self._resampler is not None:
            # Frames that need no conversion pass through it, and the end (None) too.
            rest = [frame for frame in self._resampler.resample(None) if frame is not None]
            yield from self._place(rest)
            self._resampler = None

    def _place(self, frames: list[AudioFrame]) -> Iterator[tuple[int, np.ndarray]]:
        for frame in frames:
            samples = frame.to_ndarray()[0]
            yield self._position, samples
            self._position += len(samples)


class SoundWindows:
    """Collects equally long windows of sound from pieces that arrive in any order."""

    def __init__(self, starts: Iterable[int], length: int):
        """Creates empty windows.

        Args:
            starts: position of each window's first sample.
            length: samples in each window.
        """
        self._starts = list(starts)
        self.windows = np.zeros((len(self._starts), length), np.int16)  # [windows, samples]
        self._covered = np.zeros(len(self._starts), np.int64)
        self._end = max(self._starts, default=0) + length

    def add(self, position: int, samples: np.ndarray) -> None:
        """Copies the parts of a piece that fall into windows."""
        length = self.windows.shape[1]
        for row, start in enumerate(self._starts):
            first = max(start, position)
            last = min(start + length, position + len(samples))
            if first < last:
                self.windows[row, first - start : last - start] = samples[
                    first - position : last - position
                ]
                self._covered[row] += last - first

    def is_past(self, position: int) -> bool:
        """Whether all windows end before a position."""
        return position >= self._end

    def missing(self) -> np.ndarray:
        """How many samples each window lacks: int64 [windows]."""
        return self.windows.shape[1] - self._covered


def loudness_dbfs(samples: np.ndarray) -> float:
    """Root mean square of int16 samples in dB relative to full scale, at least `SILENCE_DBFS`."""
    power = float(np.mean(np.square(samples, dtype=np.float64))) if samples.size else 0.0
    if power <= 0:
        return SILENCE_DBFS
    return max(SILENCE_DBFS, 10 * math.log10(power) - 20 * math.log10(_INT16_MAX))


def decode_audio(source: Source, sample_rate: int) -> np.ndarray:
    """Decodes all sound of a file, mono.

    Args:
        source: any file with a sound stream that FFmpeg reads (wav, ogg, flac, mp3, mp4, ...).
        sample_rate: in Hz.

    Returns:
        int16 [n], from the first sample there is; silence where sound is missing in between.

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
    sound = np.zeros(end - start, np.int16)
    for position, samples in pieces:
        sound[position - start : position - start + len(samples)] = samples
    return sound


def read_sound(
    media: MediaFile,
    sample_rate: int,
    take: Callable[[int, np.ndarray], object],
    channel: int | None = None,
) -> None:
    """Decodes a file's sound, calling `take(position, samples)` for each piece.

    Raises:
        MediaError: no_audio_stream, decode_error, no_timestamps.
    """
    index = media.need_audio().index
    resampler = MonoResampler(sample_rate, media.origin, channel)
    for packet in media.packets():
        if packet.stream_index == index:
            for frame in decode(packet):
                for piece in resampler.feed(frame):
                    take(*piece)
    for piece in resampler.feed(None):
        take(*piece)


def decode(packet: av.Packet) -> list:
    """Decodes a packet into its frames.

    Raises:
        MediaError: decode_error: the packet is damaged.
    """
    try:
        return packet.decode()
    except av.error.FFmpegError as error:
        kind = packet.stream.type
        raise MediaError(
            media_error.DECODE_ERROR, f"damaged {kind} at byte {packet.pos}: {error.strerror}"
        ) from error


def _one_channel(frame: AudioFrame, channel: int) -> AudioFrame:
    """The frame's one channel as a mono frame."""
    samples = frame.to_ndarray()
    if frame.format.is_packed:
        samples = samples.reshape(-1, frame.layout.nb_channels).T
    mono = AudioFrame.from_ndarray(
        np.ascontiguousarray(samples[channel : channel + 1]),
        format=frame.format.name.removesuffix("p") + "p",
        layout="mono",
    )
    mono.sample_rate = frame.sample_rate
    return mono
