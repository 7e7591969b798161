"""Writes pictures and sound as an MP4 that browsers play."""

from __future__ import annotations

import os
from fractions import Fraction
from types import TracebackType
from typing import cast

import av
import av.error
import numpy as np
from av.audio.frame import AudioFrame
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

from objects_that_sound.components.localisation_video.soundtrack import SAMPLE_RATE

_TICKS = 90_000  # a second: the usual frame rates are whole numbers of them
_ENCODERS = {
    "libx264": {"preset": "veryfast", "crf": "20"},
    "libopenh264": {"rc_mode": "quality"},
}
_BIT_RATES = {"mono": 96_000, "stereo": 160_000}
_KEY_FRAME_SECONDS = 2
_BT709 = 1


class VideoWriter:
    """A context manager that writes H.264 (yuv420p) and AAC, the index at the file's beginning."""

    def __init__(self, path: str | os.PathLike, size: tuple[int, int], layout: str, rate: Fraction):
        """Begins a file.

        Args:
            path: to write.
            size: width and height in pixels, both even.
            layout: of the sound: "mono" or "stereo".
            rate: frames a second, about; every frame has a time of its own.

        Raises:
            OSError: the file cannot be written.
            RuntimeError: this PyAV has no H.264 encoder.
        """
        encoder = _encoder()
        self._container = av.open(
            f"file:{os.fspath(path)}", "w", format="mp4", options={"movflags": "+faststart"}
        )
        self._video = cast(
            av.VideoStream,
            self._container.add_stream(encoder, rate=rate, options=_ENCODERS[encoder]),
        )
        self._video.width, self._video.height = size
        self._video.pix_fmt = "yuv420p"
        self._video.gop_size = max(1, round(_KEY_FRAME_SECONDS * rate))
        context = self._video.codec_context
        context.time_base = Fraction(1, _TICKS)
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        context.color_range = ColorRange.MPEG
        self._audio = cast(
            av.AudioStream, self._container.add_stream("aac", rate=SAMPLE_RATE, layout=layout)
        )
        self._audio.bit_rate = _BIT_RATES[layout]
        self._reformatter = VideoReformatter()
        self._last = -1

    def __enter__(self) -> VideoWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._container.mux(self._video.encode(None))
            self._container.mux(self._audio.encode(None))
        self._container.close()

    def write_picture(self, time: Fraction, picture: np.ndarray) -> None:
        """Appends a frame; one that is not later than the last is left out.

        Args:
            time: in seconds from the beginning.
            picture: uint8 RGB [height, width, 3].
        """
        pts = round(time * _TICKS)
        if pts <= self._last:
            return
        self._last = pts
        frame = self._reformatter.reformat(
            av.VideoFrame.from_ndarray(picture, format="rgb24"),
            format="yuv420p",
            src_color_range=ColorRange.JPEG,
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            threads=1,
        )
        frame.pts, frame.time_base = pts, Fraction(1, _TICKS)
        self._container.mux(self._video.encode(frame))

    def write_sound(self, frame: AudioFrame) -> None:
        """Appends sound in the writer's layout at `soundtrack.SAMPLE_RATE`, without gaps."""
        self._container.mux(self._audio.encode(frame))


def _encoder() -> str:
    for name in _ENCODERS:
        if name in av.codecs_available:
            return name
    raise RuntimeError(f"this build of PyAV has no H.264 encoder: none of {', '.join(_ENCODERS)}")
