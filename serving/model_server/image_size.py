"""What a picture's bytes make TensorFlow decode, told without decoding anything."""

from __future__ import annotations

import re
import struct

_JPEG = b"\xff\xd8\xff"
_PNG = b"\x89PNG\r\n\x1a\n"
_GIF = b"GIF8"  # giflib does not look at the two characters that follow
_BMP = b"BM"
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_START_OF_SCAN = 0xDA
_END_OF_IMAGE = 0xD9
_MARKER = re.compile(rb"\xff++([^\x00\xd0-\xd7])", re.DOTALL)
"""Within a scan, other bytes of 255 are followed by 0 or count its parts."""
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_GIF_IMAGE, _GIF_EXTENSION = 0x2C, 0x21

Size = tuple[int, int, int]

NOTHING: Size = (0, 0, 0)


def image_size(data: bytes) -> Size:
    """Frames, width and height of a picture of a format that TensorFlow decodes.

    Formats are told apart as TensorFlow's kernels do (core/kernels/image/decode_image_op.cc), by
    their first bytes, and read as its libraries read them: JPEG, PNG, GIF, BMP and WebP. Of an
    animation, width and height are those of the largest frame, in which all of them are decoded.

    Returns:
        `NOTHING` for what is no such picture, and for one that is cut off or broken so early that
        nothing can decode it.
    """
    try:
        if data.startswith(_JPEG):
            return _jpeg(data)
        if data.startswith(_PNG):
            return _png(data)
        if data.startswith(_GIF):
            return _gif(data)
        if data.startswith(_BMP):
            return _bmp(data)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
    except struct.error:
        pass  # cut off within the header
    return NOTHING


def _jpeg(data: bytes) -> Size:
    """From the first frame header, found as libjpeg finds it: whatever is between is skipped."""
    position = 2
    while (position := data.find(b"\xff", position)) >= 0:
        while data[position : position + 1] == b"\xff":
            position += 1
        marker = data[position] if position < len(data) else _START_OF_SCAN
        position += 1
        if marker in _START_OF_FRAME:
            height, width = struct.unpack_from(">HH", data, position + 3)
            return 1, width, height
        if marker == _START_OF_SCAN:
            break
        if marker and marker not in _WITHOUT_LENGTH:
            position += struct.unpack_from(">H", data, position)[0]
    return NOTHING


def jpeg_scans(data: bytes, at_most: int) -> int:
    """Times that all of a JPEG's pixels are gone over: once each scan; 0 for what is no JPEG.

    A progressive file has about ten, and its scans may have a few bytes only. Of a sequential file
    whose first scan has all colours, nothing else is decoded.

    Args:
        data: bytes of the file.
        at_most: number from which on nothing is counted.
    """
    if not data.startswith(_JPEG):
        return 0
    scans, position, is_progressive, colours = 0, 2, False, b""
    while scans < at_most and (found := _MARKER.search(data, position)):
        position = found.end()
        marker = found[1][0]
        if marker == _END_OF_IMAGE or position + 2 > len(data):
            break  # what follows, such as the video of a motion photo, nobody decodes
        if marker in _START_OF_FRAME:
            is_progressive, colours = marker & 3 == 2, data[position + 7 : position + 8]
        elif marker == _START_OF_SCAN:
            scans += 1
            if not is_progressive and data[position + 2 : position + 3] == colours:
                break
        if marker not in _WITHOUT_LENGTH:
            position += struct.unpack_from(">H", data, position)[0]
    return scans


def _png(data: bytes) -> Size:
    """From the chunk IHDR, which libpng also takes behind chunks that it does not know."""
    position = len(_PNG)
    while True:
        length, kind = struct.unpack_from(">I4s", data, position)
        if kind == b"IHDR":
            return 1, *struct.unpack_from(">II", data, position + 8)
        position += length + 12


def _gif(data: bytes) -> Size:
    """From the frames' own headers: the screen's, before them, binds nobody."""
    frames = width = height = 0
    try:
        position = 13 + _colours(data[10])
        while data[position] in (_GIF_IMAGE, _GIF_EXTENSION):
            if data[position] == _GIF_IMAGE:
                frame_width, frame_height, flags = struct.unpack_from("<4xHHB", data, position + 1)
                width, height = max(width, frame_width), max(height, frame_height)
                frames += 1
                position += 11 + _colours(flags)
            else:
                position += 2
            while data[position]:
                position += 1 + data[position]
            position += 1
    except (IndexError, struct.error):
        pass  # cut off: the frames before that are decoded all the same
    return frames, width, height


def _colours(flags: int) -> int:
    """The length of the table of colours that follows, if one does."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _bmp(data: bytes) -> Size:
    """From the header, if the pixels, of at least a byte each, are there: else none is decoded.

    (Which also keeps a sound that happens to begin with these two letters from being a picture.)
    """
    width, height = map(abs, struct.unpack_from("<ii", data, 18))
    return (1, width, height) if width * height <= len(data) else NOTHING


def _webp(data: bytes) -> Size:
    """From the canvas and the number of frames on it, or the single image's own header."""
    frames = width = height = 0
    position = 12
    while position + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, position)
        start = position + 8
        size = 0, 0
        if kind == b"VP8X":
            size = _uint24(data, start + 4) + 1, _uint24(data, start + 7) + 1
        elif kind == b"VP8 ":
            size = tuple(side & 0x3FFF for side in struct.unpack_from("<HH", data, start + 6))
        elif kind == b"VP8L":
            bits = struct.unpack_from("<I", data, start + 1)[0]
            size = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        elif kind == b"ANMF":
            frames += 1
        width, height = max(width, size[0]), max(height, size[1])
        position = start + length + length % 2
    return max(frames, 1), width, height


def _uint24(data: bytes, position: int) -> int:
    low, high = struct.unpack_from("<HB", data, position)
    return low | high << 16
