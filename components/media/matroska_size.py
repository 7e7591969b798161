"""How many bytes a Matroska or WebM file says that it has."""

from __future__ import annotations

HEAD_BYTES = 4096
"""So much of a file's beginning holds what it says of its length."""

_EBML, _SEGMENT = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"


def announced_size(head: bytes) -> int | None:
    """Bytes up to the end of the file's segment, by RFC 8794 and RFC 9559.

    Args:
        head: the file's first `HEAD_BYTES`, or all of a shorter one.

    Returns:
        None for another kind of file, and for one that was written as a live stream.
    """
    if not head.startswith(_EBML):
        return None
    begin, length = _length(head, len(_EBML))
    if length is None or head[begin + length :][: len(_SEGMENT)] != _SEGMENT:
        return None
    begin, length = _length(head, begin + length + len(_SEGMENT))
    return None if length is None else begin + length


def _length(data: bytes, place: int) -> tuple[int, int | None]:
    """Where an element's content begins, and its length; None if that is not known."""
    first = data[place] if place < len(data) else 0
    width = 9 - first.bit_length()
    if not first or place + width > len(data):
        return place, None
    most = (1 << 7 * width) - 1  # stands for an unknown length
    length = int.from_bytes(data[place : place + width], "big") & most
    return place + width, None if length == most else length
