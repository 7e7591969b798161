"""Makes small media files: frame numbers as blocks of pixels, clicks at known times."""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Sequence
from fractions import Fraction

import av
import numpy as np
import pytest

_BLOCK = 16  # pixels; frames are 6x4 blocks, so that compression and scaling keep the bits
_BITS = 8


def numbered_frame(number: int, width: int = 96, height: int = 64) -> np.ndarray:
    """Grey frame with `number` as eight black or white blocks in its middle: uint8 [h, w, 3]."""
    image = np.full((height, width, 3), 128, np.uint8)
    block_h, block_w = height // 4, width // 6
    for bit in range(_BITS):
        row, column = 1 + bit // 4, 1 + bit % 4
        image[row * block_h : (row + 1) * block_h, column * block_w : (column + 1) * block_w] = (
            255 * (number >> bit & 1)
        )
    return image


def read_number(image: np.ndarray) -> int:
    """The number in an image [h, w, 3] of `numbered_frame`, whatever its size."""
    height, width = image.shape[:2]
    number = 0
    for bit in range(_BITS):
        y, x = int((1.5 + bit // 4) * height / 4), int((1.5 + bit % 4) * width / 6)
        number |= int(image[y - 2 : y + 3, x - 2 : x + 3].mean() > 128) << bit
    return number


def clicks(seconds: float, sample_rate: int, times: Sequence[float]) -> np.ndarray:
    """Quiet noise with a short click at each time: float32 [n]."""
    sound = np.random.default_rng(0).normal(0, 0.02, round(seconds * sample_rate))
    for time in times:
        place = round(time * sample_rate)
        width = max(1, sample_rate // 4000)
        sound[place - width : place + width + 1] = 0.9
    return sound.astype(np.float32)


def make_media(
    path: pathlib.Path,
    *,
    frames: Sequence[np.ndarray] | int = 50,
    fps: int = 25,
    frame_times: Sequence[float] | None = None,
    video_codec: str | None = "libx264",
    video_options: dict[str, str] | None = None,
    pixel_format: str = "yuv420p",
    sample_aspect_ratio: Fraction | None = None,
    colorspace: int | None = None,
    sound: np.ndarray | str | None = "noise",
    sample_rate: int = 44100,
    layout: str = "mono",
    audio_codec: str = "aac",
    audio_start: float = 0.0,
    audio_gaps: Sequence[tuple[float, float]] = (),
    start: float = 0.0,
    options: dict[str, str] | None = None,
) -> pathlib.Path:
    """Writes a media file and returns its path.

    Args:
        path: its suffix chooses the container.
        frames: images [h, w, 3], or how many numbered ones; presented at `fps`, or `frame_times`.
        sound: float32 [n] or [channels, n]; "noise" for noise as long as the pictures; or None.
        audio_start: time stamp of the first sample, in seconds.
        audio_gaps: (at, length) in seconds: the time stamps jump by `length` at `at`.
        start: added to all time stamps.
    """
    if isinstance(frames, int):
        frames = [numbered_frame(number) for number in range(frames)]
    seconds = len(frames) / fps
    if isinstance(sound, str):
        sound = np.random.default_rng(1).normal(0, 0.1, round(seconds * sample_rate))
    with av.open(str(path), "w", options=options or {}) as output:
        streams = []
        if video_codec:
            video = output.add_stream(video_codec, rate=fps, options=video_options or {})
            video.height, video.width = frames[0].shape[:2]
            video.pix_fmt = pixel_format
            video.codec_context.time_base = Fraction(1, 1000 if frame_times else fps)
            if sample_aspect_ratio:
                video.codec_context.sample_aspect_ratio = sample_aspect_ratio
            if colorspace is not None:
                video.codec_context.colorspace = colorspace
            streams.append(video)
        if sound is not None:
            audio = output.add_stream(audio_codec, rate=sample_rate, layout=layout)
            streams.append(audio)
        packets = []
        if video_codec:
            for index, image in enumerate(frames):
                frame = av.VideoFrame.from_ndarray(image, format="rgb24")
                if colorspace is not None:
                    frame = frame.reformat(format=pixel_format, dst_colorspace=colorspace)
                if frame_times:
                    frame.pts = round((frame_times[index] + start) * 1000)
                    frame.time_base = Fraction(1, 1000)
                else:
                    frame.pts = index + round(start * fps)
                    frame.time_base = Fraction(1, fps)
                packets += video.encode(frame)
            packets += video.encode(None)
        if sound is not None:
            packets += _encode_sound(
                audio, np.atleast_2d(sound), sample_rate, layout, start + audio_start, audio_gaps
            )
        for packet in sorted(packets, key=lambda packet: packet.dts * packet.time_base):
            output.mux(packet)
    return path


def _encode_sound(audio, sound, sample_rate, layout, start, gaps) -> list:
    packets = []
    size = audio.codec_context.frame_size or 1024
    kind = audio.codec_context.format.name
    convert = av.AudioResampler(kind, layout, sample_rate)
    for begin in range(0, sound.shape[1], size):
        piece = np.ascontiguousarray(sound[:, begin : begin + size].astype(np.float32))
        frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout=layout)
        frame.sample_rate = sample_rate
        jump = sum(length for at, length in gaps if begin / sample_rate >= at)
        frame.pts = begin + round((start + jump) * sample_rate)
        frame.time_base = Fraction(1, sample_rate)
        for converted in convert.resample(frame):
            packets += audio.encode(converted)
    return packets + audio.encode(None)


@pytest.fixture(scope="session")
def media() -> Callable[..., pathlib.Path]:
    """The function `make_media`."""
    return make_media


@pytest.fixture(scope="session")
def number_in() -> Callable[[np.ndarray], int]:
    """The function `read_number`."""
    return read_number


@pytest.fixture(scope="session")
def clicks_at() -> Callable[..., np.ndarray]:
    """The function `clicks`."""
    return clicks
