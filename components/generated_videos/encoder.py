"""Writes a scene as a video file."""

from __future__ import annotations

import fractions
import pathlib
from typing import cast

import av
import numpy as np

from objects_that_sound.components.generated_videos.renderer import Renderer
from objects_that_sound.components.generated_videos.scene import Scene
from objects_that_sound.components.generated_videos.soundtrack import make_soundtrack

_VIDEO = {
    "mp4": ("libx264", {"preset": "ultrafast", "crf": "23"}),
    "webm": (
        "libvpx-vp9",
        {"deadline": "realtime", "cpu-used": "8", "crf": "30", "b": "0", "lag-in-frames": "0"},
    ),
}
_AUDIO = {"mp4": ("aac", 64_000, "fltp"), "webm": ("libopus", 48_000, "flt")}


def encode(scene: Scene, renderer: Renderer, path: pathlib.Path) -> None:
    """Encodes a scene: one video and one audio stream, the same bytes for the same scene.

    Args:
        scene: what to encode; its container chooses the codecs.
        renderer: of the scene.
        path: file to write, of any name.

    Raises:
        av.FFmpegError: this build of PyAV has no such encoder, or the file cannot be written.
    """
    codec, options = _VIDEO[scene.container]
    # bitexact: Matroska would otherwise write a random identifier.
    with av.open(
        str(path), "w", format=scene.container, options={"fflags": "+bitexact"}
    ) as container:
        video = cast(
            av.VideoStream, container.add_stream(codec, rate=scene.frame_rate, options=options)
        )
        video.width, video.height, video.pix_fmt = scene.width, scene.height, "yuv420p"
        video.gop_size = scene.keyframe_interval
        video.thread_count = 1  # Several threads are not deterministic, and all cores are in use.
        audio = _Audio(container, scene)
        for k in range(scene.frames):
            time = scene.frame_time(k)
            audio.encode_until(time)
            frame = av.VideoFrame.from_image(renderer.frame(time))
            frame.pts, frame.time_base = k, 1 / scene.frame_rate
            container.mux(video.encode(frame))
        container.mux(video.encode())
        audio.encode_until(scene.seconds + 1)
        audio.close()


class _Audio:
    """Feeds the soundtrack half a second ahead of the video, so that the two are interleaved."""

    def __init__(self, container: av.container.OutputContainer, scene: Scene) -> None:
        codec, bit_rate, self._format = _AUDIO[scene.container]
        self._container = container
        self._rate = scene.sample_rate
        self._layout = "stereo" if scene.channels == 2 else "mono"
        self._stream = cast(
            av.AudioStream,
            container.add_stream(codec, rate=scene.sample_rate, layout=self._layout),
        )
        self._stream.bit_rate = bit_rate * scene.channels
        self._sound = make_soundtrack(scene)
        self._done = 0

    def encode_until(self, time: float) -> None:
        while self._done < min(self._sound.shape[1], (time + 0.5) * self._rate):
            block = self._sound[:, self._done : self._done + self._rate // 2]
            packed = block if self._format == "fltp" else block.T.reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(packed), format=self._format, layout=self._layout
            )
            frame.sample_rate, frame.pts = self._rate, self._done
            frame.time_base = fractions.Fraction(1, self._rate)
            self._container.mux(self._stream.encode(frame))
            self._done += block.shape[1]

    def close(self) -> None:
        self._container.mux(self._stream.encode())
