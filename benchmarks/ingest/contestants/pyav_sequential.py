"""Plain PyAV: decodes everything in one pass, keeps what is asked for."""

from __future__ import annotations

import math
from fractions import Fraction

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from benchmarks.ingest.contestants import output

VERSION = f"PyAV {av.__version__}"


def read(path: str, times: list[float]) -> list[tuple[bytes, bytes]]:
    """See the package."""
    images: list[bytes] = []
    sound = Sound()
    with av.open(path) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        video.codec_context.thread_type = audio.codec_context.thread_type = "NONE"
        ticks = [tick_of(time, video.time_base) for time in times]
        encoder = Encoder()
        previous: av.VideoFrame | None = None
        for frame in container.decode(video, audio):
            if isinstance(frame, av.AudioFrame):
                sound.feed(frame)
            elif isinstance(frame, av.VideoFrame):
                while len(images) < len(ticks) and ticks[len(images)] < (frame.pts or 0):
                    images.append(encoder.encode(previous))
                previous = frame
        while len(images) < len(ticks):
            images.append(encoder.encode(previous))
    return list(zip(images, output.cut(*sound.finish(), times), strict=True))


def tick_of(time: float, time_base: Fraction | None) -> int:
    """A time in seconds as a time stamp, rounded down."""
    return math.floor(time / (time_base or 1) + 1e-6)


class Encoder:
    """Scales and encodes PyAV's frames."""

    def __init__(self) -> None:
        """Prepares the scaler."""
        self._reformatter = VideoReformatter()

    def encode(self, frame: av.VideoFrame | None) -> bytes:
        """The frame as JPEG; None, no frame at that time, is an error."""
        if frame is None:
            raise ValueError("no frame at that time")
        width, height = output.size_of(frame.width, frame.height)
        scaled = self._reformatter.reformat(frame, width, height, "rgb24", threads=1)
        return output.encode(scaled.to_ndarray())


class Sound:
    """Resamples PyAV's frames of sound in a row."""

    def __init__(self) -> None:
        """Prepares the resampler."""
        self._resampler = av.AudioResampler("s16", "mono", output.SAMPLE_RATE)
        self._start: float | None = None
        self._pieces: list[np.ndarray] = []

    def feed(self, frame: av.AudioFrame) -> None:
        """Takes the next frame."""
        if self._start is None:
            self._start = frame.time
        self._pieces += [piece.to_ndarray()[0] for piece in self._resampler.resample(frame)]

    def finish(self) -> tuple[np.ndarray, float]:
        """All samples, and the time of the first in seconds."""
        self._pieces += [piece.to_ndarray()[0] for piece in self._resampler.resample(None) if piece]
        return np.concatenate(self._pieces), self._start or 0.0


def read_sound(path: str) -> tuple[np.ndarray, float]:
    """All sound of a file, for contestants that read pictures only: as `Sound.finish`."""
    sound = Sound()
    with av.open(path) as container:
        audio = container.streams.audio[0]
        audio.codec_context.thread_type = "NONE"
        for frame in container.decode(audio):
            sound.feed(frame)
    return sound.finish()
