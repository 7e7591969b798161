"""Sound resampled to mono, each piece at its place in time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from fractions import Fraction

import av.error
import numpy as np
from av.audio.frame import AudioFrame

from objects_that_sound.components.media import media_error
from objects_that_sound.components.media.channel_order import layout_name
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.media.mono_filter import MonoFilter
from objects_that_sound.components.media.sound_clock import SoundClock


class MonoResampler:
    """Resamples decoded frames to mono int16 and says where each piece belongs.

    `SoundClock` places the frames: what it says a frame behind a second or so. A change of format
    begins a new run.
    """

    def __init__(
        self,
        sample_rate: int,
        time_base: Fraction,
        origin: Fraction = Fraction(0),
        channel: int | None = None,
    ):
        """Creates a resampler.

        Args:
            sample_rate: of the result, in Hz.
            time_base: of the frames' time stamps, in seconds.
            origin: time stamp of second 0, in seconds.
            channel: take this channel alone instead of the mix of all.
        """
        self._rate = sample_rate
        self._tick = float(time_base)
        self._origin = float(origin)
        self._channel = channel
        self._format: tuple | None = None
        self._clock = SoundClock(sample_rate)
        self._waiting: deque[AudioFrame] = deque()  # those that the clock has not placed yet
        self._filter: MonoFilter | None = None
        self._stretch = 0  # samples by which the next output is to become longer
        self._position = 0  # samples at the wanted rate: where the run's next output belongs

    @property
    def undecided(self) -> bool:
        """Whether frames that follow may change the place of those that were fed."""
        return self._clock.undecided

    def feed(self, frame: AudioFrame | None) -> Iterator[tuple[int, np.ndarray]]:
        """Takes a decoded frame (None: the end) and yields what became ready.

        Yields:
            (position of the first sample, counted from second 0 at the wanted rate; may be
            negative; int16 samples [n]).

        Raises:
            MediaError: no_timestamps; cannot_open, decode_error: the channels can't be mixed.
        """
        kind = None
        if frame is not None:
            kind = (frame.sample_rate, layout_name(frame), frame.format.name)
        if kind != self._format:
            yield from self._release(final=True)
            yield from self._flush()
            self._clock = SoundClock(self._rate)
            self._format = kind
        if frame is None:
            return
        stamp = None if frame.pts is None else frame.pts * self._tick - self._origin
        if not self._clock.add(stamp, frame.samples / frame.sample_rate):
            raise MediaError(media_error.NO_TIMESTAMPS, "decoded sound has no time stamp")
        self._waiting.append(frame)
        yield from self._release(final=False)

    def _release(self, final: bool) -> Iterator[tuple[int, np.ndarray]]:
        while (placement := self._clock.place(final)) is not None:
            frame = self._waiting.popleft()
            if placement.start is not None:
                yield from self._flush()
                self._position = round(placement.start * self._rate)
            if self._filter is None:
                self._filter = MonoFilter(self._rate)
            self._stretch += placement.stretch
            if self._channel is not None:
                frame = _one_channel(frame, self._channel)
            frame.pts = None
            try:
                pieces = self._filter.feed(frame)
            except av.error.FFmpegError as error:
                what = f"mixing of sound with the channels {layout_name(frame)}"
                raise MediaError.from_decoder(error, what) from error
            yield from self._place(pieces)

    def _flush(self) -> Iterator[tuple[int, np.ndarray]]:
        if self._filter is not None:
            yield from self._place(self._filter.feed(None))
            self._filter = None

    def _place(self, pieces: list[np.ndarray]) -> Iterator[tuple[int, np.ndarray]]:
        for samples in pieces:
            if self._stretch and len(samples) > abs(self._stretch):
                samples = _stretched(samples, len(samples) + self._stretch)
                self._stretch = 0
            yield self._position, samples
            self._position += len(samples)


def _stretched(samples: np.ndarray, length: int) -> np.ndarray:
    """int16 [n] as int16 [length], by straight lines from sample to sample."""
    places = np.linspace(0, len(samples) - 1, length)
    stretched = np.interp(places, np.arange(len(samples)), samples)
    return np.rint(stretched).astype(samples.dtype)


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
