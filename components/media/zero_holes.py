"""Zeros where something was lost: what disks and broken downloads leave of a part of a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import av
from av.codec.context import CodecContext

# Encoders put a 3 between two zeros and anything up to 3 (H.264, 7.4.1; H.265, 7.4.2), so that three
# zeros are only what lies between two units.
_UNITS_WITHOUT_ZEROS = {
    "h264": 4,
    "hevc": 21,
}  # where the box of a container says the lengths' size
_THREE_ZEROS = b"\0\0\0"
_ZEROS_INSIDE = re.compile(rb"\0\0\0+[^\0\1]")  # neither before a start code nor at the end

# Not even of a black picture of 3840 x 2160 do these write as many. Theora does, and Ogg has checksums.
_ALMOST_WITHOUT_ZEROS = {
    *("vp8", "vp9", "av1", "h263", "flv1", "rv30", "rv40", "svq3", "vc1", "wmv3"),
    *("msmpeg4v1", "msmpeg4v2", "msmpeg4v3", "wmv1", "wmv2"),
}
_LONG = bytes(512)

# Packets of these begin with something, whatever is heard.
_SOUNDS = {
    "aac",
    "aac_latm",
    "opus",
    "vorbis",
    "mp2",
    "mp3",
    "ac3",
    "eac3",
    "wmav1",
    "wmav2",
    "dts",
}
_SHORT_BYTES = 8


def hole_test(context: CodecContext) -> Callable[[av.Packet], bool]:
    """A test that says of a stream's packets whether they hold zeros that no encoder writes.

    Decoders of arithmetic codes take any bits for a picture, and show it without a word.

    Args:
        context: the stream's.
    """
    name = context.codec.canonical_name
    if name in _UNITS_WITHOUT_ZEROS:
        box = context.extradata or b""
        place = _UNITS_WITHOUT_ZEROS[name]
        length_bytes = (box[place] & 3) + 1 if len(box) > place and box[0] == 1 else 0
        return lambda packet: _unit_has_zeros(bytes(packet), length_bytes)
    if name in _ALMOST_WITHOUT_ZEROS:
        return lambda packet: _LONG in bytes(packet)
    if name in _SOUNDS:
        return lambda packet: packet.size > _SHORT_BYTES and not any(bytes(packet))
    return lambda packet: False


def _unit_has_zeros(data: bytes, length_bytes: int) -> bool:
    """Whether three zeros lie inside a unit; behind it they are padding.

    Args:
        data: a packet.
        length_bytes: of the length before each unit; 0 where start codes part them.
    """
    if _THREE_ZEROS not in data:
        return False
    if not length_bytes:
        return bool(_ZEROS_INSIDE.search(data))
    return any(_THREE_ZEROS in unit.rstrip(b"\0") for unit in _units(data, length_bytes))


def _units(data: bytes, length_bytes: int) -> Iterator[bytes]:
    place = 0
    while place + length_bytes <= len(data):
        begin = place + length_bytes
        place = begin + int.from_bytes(data[place:begin], "big")
        yield data[begin:place]
