"""Zeros where something was lost: what disks and broken downloads leave of a part of a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import av
from av.codec.context import CodecContext

_START_CODE = b"\0\0\1"
_THREE_ZEROS = b"\0\0\0"

# Not even of a black picture of 3840 x 2160 do these write as many. Theora does, and Ogg has checksums.
_ALMOST_WITHOUT_ZEROS = {
    *("vp8", "vp9", "av1", "h263", "flv1", "rv30", "rv40", "svq3", "vc1", "wmv3"),
    *("msmpeg4v1", "msmpeg4v2", "msmpeg4v3", "wmv1", "wmv2"),
}
_LONG = bytes(512)

# Packets of these begin with something, whatever is heard.
_SOUNDS = {
    *("aac", "aac_latm", "ac3", "dts", "eac3", "mp2", "mp3", "opus", "vorbis", "wmav1", "wmav2"),
}
_SHORT_BYTES = 8


class _Units(NamedTuple):
    """A codec whose packets are units, in which encoders put a 3 behind any two zeros.

    H.264, 7.4.1; H.265, 7.4.2.

    Attributes:
        length_place: where the container's description of the stream has the size of lengths.
        is_picture: whether a unit with a first byte is a part of a picture. Cameras write others of
            their own, in which there may be anything.
    """

    length_place: int
    is_picture: Callable[[int], bool]


_WITHOUT_THREE_ZEROS = {
    "h264": _Units(4, lambda first: 1 <= first & 0x1F <= 5),
    "hevc": _Units(21, lambda first: first >> 1 & 0x3F < 32),
}


def hole_test(context: CodecContext) -> Callable[[av.Packet], bool]:
    """A test that says of a stream's packets whether they hold zeros that no encoder writes.

    Decoders of arithmetic codes take any bits for a picture, and show it without a word.

    Args:
        context: the stream's.
    """
    name = context.codec.canonical_name
    if name in _WITHOUT_THREE_ZEROS:
        kind, box = _WITHOUT_THREE_ZEROS[name], context.extradata or b""
        described = len(box) > kind.length_place and box[0] == 1
        length_bytes = (box[kind.length_place] & 3) + 1 if described else 0
        return lambda packet: _has_three_zeros(bytes(packet), kind, length_bytes)
    if name in _ALMOST_WITHOUT_ZEROS:
        return lambda packet: _LONG in bytes(packet)
    if name in _SOUNDS:
        return lambda packet: packet.size > _SHORT_BYTES and not any(bytes(packet))
    return lambda packet: False


def _has_three_zeros(data: bytes, kind: _Units, length_bytes: int) -> bool:
    """Whether they lie inside a unit of a picture; behind it they are padding.

    Args:
        data: a packet.
        kind: of its units.
        length_bytes: of the length before each unit; 0 where start codes part them.
    """
    if _THREE_ZEROS not in data:
        return False
    units = _by_lengths(data, length_bytes) if length_bytes else data.split(_START_CODE)
    return any(
        _THREE_ZEROS in unit.rstrip(b"\0") for unit in units if unit and kind.is_picture(unit[0])
    )


def _by_lengths(data: bytes, length_bytes: int) -> Iterator[bytes]:
    place = 0
    while place + length_bytes <= len(data):
        begin = place + length_bytes
        place = begin + int.from_bytes(data[place:begin], "big")
        yield data[begin:place]
