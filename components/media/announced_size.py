"""How many bytes a Matroska, WebM or Windows Media file says that it has."""

from __future__ import annotations

HEAD_BYTES = 4096
"""So much of a file's beginning holds what it says of its length."""

_WINDOWS_MEDIA = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_FILE_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_EBML, _SEGMENT = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"


def announced_size(head: bytes) -> int | None:
    """Bytes of the file, or up to the end of its segment (RFC 8794 and 9559; ASF, section 3.2).

    Args:
        head: the file's first `HEAD_BYTES`, or all of a shorter one.

    Returns:
        None for another kind of file, and for one that was written as a live stream.
    """
    if head.startswith(_WINDOWS_MEDIA):
        return _windows_media(head)
    if not head.startswith(_EBML):
        return None
    begin, length = _length(head, len(_EBML))
    if length is None or head[begin + length :][: len(_SEGMENT)] != _SEGMENT:
        return None
    begin, length = _length(head, begin + length + len(_SEGMENT))
    return None if length is None else begin + length


def _windows_media(head: bytes) -> int | None:
    place = head.find(_FILE_PROPERTIES)
    properties = head[place : place + 92]
    if place < 0 or len(properties) < 92 or properties[88] & 1:  # the bit of a live stream
        return None
    return int.from_bytes(properties[40:48], "little")


def _length(data: bytes, place: int) -> tuple[int, int | None]:
    """Where an element's content begins, and its length; None if that is not known."""
    first = data[place] if place < len(data) else 0
    width = 9 - first.bit_length()
    if not first or place + width > len(data):
        return place, None
    most = (1 << 7 * width) - 1  # stands for an unknown length
    length = int.from_bytes(data[place : place + width], "big") & most
    return place + width, None if length == most else length
