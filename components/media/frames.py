"""Choosing frames by time and storing them upright as JPEG."""

from __future__ import annotations

import math
import struct
from fractions import Fraction
from typing import NamedTuple, cast

import numpy as np
import simplejpeg
from av.sidedata.sidedata import SideData
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from components.media import media_error
from components.media.media_error import MediaError
from components.media.media_file import MediaFile, time_base

_UNSPECIFIED = 2  # AVCOL_SPC_UNSPECIFIED
_HD_HEIGHT = 577  # untagged video of this height and above is BT.709 by convention
# One packet is one shown frame: only there can a lost frame be told from the index.
_FRAME_PER_PACKET = {"h264", "hevc", "vp9", "av1", "libdav1d"}


class StillFrame(NamedTuple):
    """A stored frame.

    Attributes:
        jpeg: JPEG (JFIF) bytes, 4:2:0; upright, square pixels.
        brightness: mean luma, 0 (black) to 1 (white).
    """

    jpeg: bytes
    brightness: float


class FrameEncoder:
    """Turns decoded frames into JPEGs whose short side is `image_size` pixels.

    Smaller frames are enlarged too: what reads the JPEGs may count on the short side. The long
    side is rounded to an even number (chroma has half the pixels, and simplejpeg reads past the
    end of odd rows). The planes go from the decoder's YUV to JPEG's YUV (BT.601, full range)
    without a detour over RGB.
    """

    def __init__(self, image_size: int, quality: int, sample_aspect_ratio: Fraction | None):
        """Prepares the encoder.

        Args:
            image_size: short side in pixels; even.
            quality: of the JPEG, 1..100.
            sample_aspect_ratio: width of a stored pixel by its height; None means 1.

        Raises:
            ValueError: `image_size` is odd or not positive.
        """
        if image_size < 2 or image_size % 2:
            raise ValueError(f"image_size must be a positive even number, not {image_size}")
        self._image_size = image_size
        self._quality = quality
        self._aspect = sample_aspect_ratio or Fraction(1)
        self._reformatter = VideoReformatter()

    def encode(self, frame: VideoFrame) -> StillFrame:
        """Encodes one frame; the frame itself stays as it is."""
        width, height = self._size(frame)
        untagged_hd = frame.colorspace == _UNSPECIFIED and frame.height >= _HD_HEIGHT
        full_range_format = frame.format.name.startswith("yuvj")
        scaled = self._reformatter.reformat(
            frame,
            width,
            height,
            "yuv420p",
            src_colorspace=Colorspace.ITU709 if untagged_hd else None,
            src_color_range=ColorRange.JPEG if full_range_format else None,
            dst_colorspace=Colorspace.ITU601,
            dst_color_range=ColorRange.JPEG,
            interpolation=Interpolation.BICUBIC | Interpolation.ACCURATE_RND,
            threads=1,
        )
        orient = _orientation(frame)
        planes = [np.ascontiguousarray(orient(_plane(plane))) for plane in scaled.planes]
        jpeg = simplejpeg.encode_jpeg_yuv_planes(*planes, quality=self._quality)
        return StillFrame(jpeg, float(planes[0].mean()) / 255)

    def _size(self, frame: VideoFrame) -> tuple[int, int]:
        """Width and height before turning: square pixels, short side `image_size`."""
        width, height = frame.width * self._aspect, Fraction(frame.height)
        scale = self._image_size / min(width, height)
        return 2 * max(1, round(width * scale / 2)), 2 * max(1, round(height * scale / 2))


class FrameSelector:
    """Picks for each time the last frame whose time stamp is not later, and encodes it.

    Attributes:
        stills: the encoded frames so far, in the order of the times.
    """

    def __init__(self, media: MediaFile, times: list[Fraction], encoder: FrameEncoder):
        """Prepares the choice.

        Args:
            media: where the frames come from (its timeline and index).
            times: ascending, in seconds of the file's timeline.
            encoder: what stores a chosen frame.
        """
        base = time_base(media.need_video())
        self._media = media
        self._encoder = encoder
        self._ticks = [math.floor((time + media.origin) / base) for time in times]
        self._previous: VideoFrame | None = None
        self._encoded: VideoFrame | None = None
        self.stills: list[StillFrame] = []

    @property
    def done(self) -> bool:
        """Whether every time has its frame."""
        return len(self.stills) == len(self._ticks)

    def feed(self, frame: VideoFrame) -> None:
        """Takes the next decoded frame, in the order of presentation.

        Raises:
            MediaError: no_timestamps; decode_error: the frame for a time is damaged or was lost.
        """
        pts = _pts(frame)
        while not self.done and self._ticks[len(self.stills)] < pts:
            self._take_previous()
        self._previous = frame

    def finish(self) -> None:
        """Gives the times after the last time stamp the last frame; raises as `feed` does."""
        while not self.done:
            self._take_previous()

    def _take_previous(self) -> None:
        if self._encoded is None or self._encoded is not self._previous:
            frame = _checked(self._media, self._previous, self._ticks[len(self.stills)])
            self.stills.append(self._encoder.encode(frame))
            self._encoded = frame
        else:
            self.stills.append(self.stills[-1])


def _pts(frame: VideoFrame) -> int:
    pts = frame.dts if frame.pts is None else frame.pts
    if pts is None:
        raise MediaError(media_error.NO_TIMESTAMPS, "a decoded frame has no time stamp")
    return pts


def _checked(media: MediaFile, frame: VideoFrame | None, tick: int) -> VideoFrame:
    stream = media.need_video()
    seconds = float(tick * time_base(stream) - media.origin)
    if frame is None:
        raise MediaError(media_error.DECODE_ERROR, f"no frame at {seconds:.3f} s")
    if frame.is_corrupt:
        raise MediaError(media_error.DECODE_ERROR, f"damaged frame at {seconds:.3f} s")
    exact = stream.codec_context.name in _FRAME_PER_PACKET and not frame.interlaced_frame
    if exact and _pts(frame) != media.expected_pts(tick):
        raise MediaError(media_error.DECODE_ERROR, f"the frame at {seconds:.3f} s is lost")
    return frame


def _plane(plane) -> np.ndarray:
    pixels = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
    return pixels[: plane.height, : plane.width]


def _orientation(frame: VideoFrame):
    """The function that brings a plane (height, width) upright, from the display matrix.

    Players show pixel (x, y) at (a x + c y, b x + d y); FFmpeg stores (a, b, u, c, d, v, ...) as
    16.16 fixed point numbers. Only turns by quarters and mirror images exist in practice.
    """
    matrix = frame.side_data.get("DISPLAYMATRIX")
    if matrix is None:
        return lambda plane: plane
    a, b, _, c, d = struct.unpack("<5i", bytes(cast(SideData, matrix))[:20])
    if abs(b) + abs(c) > abs(a) + abs(d):  # x and y change places

        def turn(plane: np.ndarray) -> np.ndarray:
            plane = plane.T
            return plane[:: -1 if b < 0 else 1, :: -1 if c < 0 else 1]
    else:

        def turn(plane: np.ndarray) -> np.ndarray:
            return plane[:: -1 if d < 0 else 1, :: -1 if a < 0 else 1]

    return turn
