"""Storing decoded frames upright, with square pixels and right colours, as JPEG."""

from __future__ import annotations

import struct
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple, cast

import numpy as np
import simplejpeg
from av.sidedata.sidedata import SideData
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from objects_that_sound.components.media import media_error
from objects_that_sound.components.media.media_error import MediaError

_UNSPECIFIED = 2  # AVCOL_SPC_UNSPECIFIED
_HD_HEIGHT = 577  # untagged video of this height and above is BT.709 by convention
_MAX_ASPECT = 32  # of the long side by the short one; no real video is longer
_MAX_JPEG_SIDE = 65500  # pixels; libjpeg's limit


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

    def __init__(self, image_size: int, quality: int, pixel_aspect: Callable[[], Fraction]):
        """Prepares the encoder.

        Args:
            image_size: short side in pixels; even.
            quality: of the JPEG, 1..100.
            pixel_aspect: width of a stored pixel by its height, asked when there is a frame.

        Raises:
            ValueError: `image_size` is odd or not positive.
        """
        if image_size < 2 or image_size % 2:
            raise ValueError(f"image_size must be a positive even number, not {image_size}")
        self._image_size = image_size
        self._quality = quality
        self._pixel_aspect = pixel_aspect
        self._reformatter = VideoReformatter()

    def encode(self, frame: VideoFrame) -> StillFrame:
        """Encodes one frame; the frame itself stays as it is.

        Raises:
            MediaError: too_large: in square pixels, the picture is longer than any real one.
        """
        scaled = self._scaled(frame, "yuv420p", dst_colorspace=Colorspace.ITU601)
        orient = _orientation(frame)
        planes = [np.ascontiguousarray(orient(_plane(plane))) for plane in scaled.planes]
        jpeg = simplejpeg.encode_jpeg_yuv_planes(*planes, quality=self._quality)
        return StillFrame(jpeg, float(planes[0].mean()) / 255)

    def picture(self, frame: VideoFrame) -> np.ndarray:
        """What `encode` stores, without the compression: uint8 RGB [height, width, 3].

        Raises:
            MediaError: as `encode`.
        """
        pixels = self._scaled(frame, "rgb24").to_ndarray()
        return np.ascontiguousarray(_orientation(frame)(pixels))

    def _scaled(self, frame: VideoFrame, pixel_format: str, **destination) -> VideoFrame:
        width, height = self._size(frame)
        untagged_hd = frame.colorspace == _UNSPECIFIED and frame.height >= _HD_HEIGHT
        full_range_format = frame.format.name.startswith("yuvj")
        return self._reformatter.reformat(
            frame,
            width,
            height,
            pixel_format,
            src_colorspace=Colorspace.ITU709 if untagged_hd else None,
            src_color_range=ColorRange.JPEG if full_range_format else None,
            dst_color_range=ColorRange.JPEG,
            interpolation=Interpolation.BICUBIC | Interpolation.ACCURATE_RND,
            threads=1,
            **destination,
        )

    def _size(self, frame: VideoFrame) -> tuple[int, int]:
        """Width and height before turning: square pixels, short side `image_size`."""
        aspect = self._pixel_aspect()
        width, height = frame.width * aspect, Fraction(frame.height)
        scale = self._image_size / min(width, height)
        longest = max(width, height)
        if longest > _MAX_ASPECT * min(width, height) or longest * scale > _MAX_JPEG_SIDE:
            raise MediaError(
                media_error.TOO_LARGE,
                f"{frame.width}x{frame.height} pixels of the shape {aspect} make a picture "
                f"{float(longest / min(width, height)):.0f} times as long as it is wide",
            )
        return 2 * max(1, round(width * scale / 2)), 2 * max(1, round(height * scale / 2))


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
            plane = plane.swapaxes(0, 1)
            return plane[:: -1 if b < 0 else 1, :: -1 if c < 0 else 1]
    else:

        def turn(plane: np.ndarray) -> np.ndarray:
            return plane[:: -1 if d < 0 else 1, :: -1 if a < 0 else 1]

    return turn
