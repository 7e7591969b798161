"""Sound resampled to mono, each piece at its place in time."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import av.error
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from objects_that_sound.components.media import media_error
from objects_that_sound.components.media.channel_order import layout_name
from objects_that_sound.components.media.media_error import MediaError

TOLERANCE_SECONDS = 0.002
"""Time stamps may jitter by this much (containers round to milliseconds) and still be continuous;
a window may lack this much at its ends."""


class MonoResampler:
    """Resamples decoded frames to mono int16 and says where each piece belongs.

    Within a continuous run, samples are counted, so that rounded time stamps cause no jitter; at a
    gap, a jump or a change of format a new run starts at its own time stamp.
    """

    def __init__(
        self,
        sample_rate: int,
        time_base: Fraction,
        origin: Fraction = Fraction(0),
        channel: int | None = None,
        tolerance: float = TOLERANCE_SECONDS,
    ):
        """Creates a resampler.

        Args:
            sample_rate: of the result, in Hz.
            time_base: of the frames' time stamps, in seconds.
            origin: time stamp of second 0, in seconds.
            channel: take this channel alone instead of the mix of all.
            tolerance: seconds by which time stamps may be wrong and the sound still continuous.
        """
        self._rate = sample_rate
        self._tick = float(time_base)
        self._origin = float(origin)
        self._channel = channel
        self._tolerance = tolerance
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
            MediaError: no_timestamps; cannot_open, decode_error: the channels can't be mixed.
        """
        if frame is None:
            yield from self._flush()
            return
        if frame.pts is not None:
            start = frame.pts * self._tick - self._origin
            kind = (frame.sample_rate, layout_name(frame), frame.format.name)
            if kind != self._format or abs(start - self._expected) > self._tolerance:
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
        try:
            resampled = self._resampler.resample(frame)
        except av.error.FFmpegError as error:
            what = f"mixing of sound with the channels {layout_name(frame)}"
            raise MediaError.from_decoder(error, what) from error
        yield from self._place(resampled)

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
