"""Where the chain of a container's elements breaks: there, packets may be lost without a mark."""

from __future__ import annotations

import itertools
import os
import re
import sys
import zlib
from collections.abc import Callable, Collection, Iterator
from typing import BinaryIO

import numpy as np

_MOST_BETWEEN = 96  # bytes: the headers of the next packet are fewer
_MOST_BREAKS = 8  # a chain must hold so often for each break, or it isn't one of the format's own
_CHUNK_BYTES, _LONGEST_PATTERN = 1 << 20, 16

# Matroska and WebM (RFC 9559): what a segment and a cluster hold, and what is looked into.
_SEGMENT, _CLUSTER = b"\x18\x53\x80\x67", b"\x1f\x43\xb6\x75"
_CLUSTER_BEGINS = re.compile(re.escape(_CLUSTER))
_ELEMENTS = {
    *(b"\x1a\x45\xdf\xa3", _SEGMENT, _CLUSTER, b"\x11\x4d\x9b\x74", b"\x15\x49\xa9\x66"),
    *(b"\x16\x54\xae\x6b", b"\x1c\x53\xbb\x6b", b"\x12\x54\xc3\x67", b"\x10\x43\xa7\x70"),
    *(b"\x19\x41\xa4\x69", b"\x1b\x53\x86\x67", b"\x58\x54", b"\xa3", b"\xa0", b"\xaf"),
    *(b"\xe7", b"\xa7", b"\xab", b"\xec", b"\xbf"),
}

_FLASH_HEADER_BYTES, _TAG_HEADER_BYTES = 9, 11
# Sound, picture or script; length; time; the number of a stream, which is always 0.
_TAG = re.compile(rb"[\x08\x09\x12].{7}\0\0\0", re.DOTALL)

# MPEG program streams (ISO 13818-1, 2.5.3).
_START, _PROGRAM_END, _PACK = b"\0\0\1", 0xB9, 0xBA
_PACK_BEGINS = re.compile(re.escape(_START + bytes([_PACK])))

# Ogg (RFC 3533, 6). Its checksum is CRC-32 with the bits of each byte, and of the sum, the other way.
_PAGE = re.compile(b"OggS\0")
_PAGE_HEADER_BYTES, _MOST_SEGMENTS = 27, 255
_CHECKSUM = slice(22, 26)
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))

# AVI (RIFF): what is looked into, by its name and that of its list; the name of anything else.
_INSIDE_AVI = {b"RIFFAVI ", b"RIFFAVIX", b"LISTmovi", b"LISTrec "}
_LIST_HEADER_BYTES, _CHUNK_HEADER_BYTES = 12, 8
_CHUNK_NAME = re.compile(rb"[ -~]{4}")
_AVI_PACKET = re.compile(rb"\d\d(?:dc|db|wb)")

# ASF and WMV: packets of one size, each of which begins with the same bytes (ASF, 5.2.1).
_ASF_FILE_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_ASF_DATA = bytes.fromhex("3626b2758e66cf11a6d900aa0062ce6c")
_ASF_PACKET_SIZES, _ASF_DATA_HEADER_BYTES = slice(92, 100), 50
_ASF_PACKET = re.compile(rb"\x82\0\0")

# MXF (SMPTE 336): a key, a length and that many bytes.
_KEY = re.compile(rb"\x06\x0e\x2b\x34")
_KEY_BYTES = 16

_Element = tuple[int, bool]  # where it is, and whether it is one


def broken_places(
    file: BinaryIO, formats: Collection[str], positions: np.ndarray, sizes: np.ndarray
) -> list[int]:
    """Bytes at which something else stands than the format's next element.

    FFmpeg passes over such places without a word: it goes on at the next element that it knows.

    Args:
        file: any; where it was before is where it is left.
        formats: FFmpeg's names of the container.
        positions: byte where each packet begins that FFmpeg has found, int64 [n]; in any order.
        sizes: bytes of each packet, [n].

    Returns:
        Ascending; empty for a format of another kind, and for a file with elements of its own
        between those of the format.
    """
    walk = next((walk for name, walk in _WALKS.items() if name in formats), None)
    if walk is None or (walk is _matroska and not _has_gaps(positions, sizes)):
        return []
    before = file.tell()
    try:
        steps = [0, 0]
        broken = []
        for place, whole in walk(file):
            steps[whole] += 1
            if not whole:
                broken.append(place)
    finally:
        file.seek(before)
    return broken if _MOST_BREAKS * steps[False] <= steps[True] else []


def _has_gaps(positions: np.ndarray, sizes: np.ndarray) -> bool:
    """Whether there is more between the packets of a file than their headers.

    Where a Matroska file is broken, FFmpeg finds no more packets in the same cluster.
    """
    order = np.argsort(positions, kind="stable")
    between = np.diff(positions[order]) - sizes[order][:-1]
    return bool(between.max(initial=0) > _MOST_BETWEEN)


def _matroska(file: BinaryIO) -> Iterator[_Element]:
    place, limit = 0, None
    size = file.seek(0, os.SEEK_END)
    while True:
        file.seek(min(place, size))  # a broken length leads further than files can reach
        head = file.read(12)  # an identifier has up to 4 bytes, a length up to 8
        if len(head) < 2:
            return
        width = 9 - head[0].bit_length()
        kind = head[:width]
        first = head[width] if width < len(head) else 0
        digits = 9 - first.bit_length()
        most = (1 << 7 * digits) - 1  # stands for an unknown length
        length = int.from_bytes(head[width : width + digits], "big") & most
        begin = place + width + digits
        inside = kind in (_SEGMENT, _CLUSTER)
        end = begin if inside else begin + length
        if limit is not None and place >= limit:
            limit = None
        known = kind in _ELEMENTS and first and (inside or length != most)
        if known and (limit is None or end <= limit):
            if kind == _CLUSTER:
                limit = None if length == most else begin + length
            yield place, True
            place = end
        else:
            yield place, False
            place, limit = _find(file, _CLUSTER_BEGINS, place + 1), None


def _elements(
    file: BinaryIO,
    place: int,
    head_bytes: range,
    pattern: re.Pattern[bytes],
    behind: Callable[[int, bytes], int | None],
) -> Iterator[_Element]:
    """Follows elements that lie one behind the other.

    Args:
        file: to read.
        place: of the first one.
        head_bytes: fewest and most bytes that `behind` looks at; with fewer, the walk ends.
        pattern: with which an element begins, to go on behind a broken place.
        behind: from a place and what stands there to the place of the next element; None where
            there is no element.
    """
    while True:
        file.seek(place)
        head = file.read(head_bytes.stop)
        if len(head) < head_bytes.start:
            return
        following = behind(place, head)
        yield place, following is not None
        place = _find(file, pattern, place + 1) if following is None else following


def _flash(file: BinaryIO) -> Iterator[_Element]:
    def behind(place: int, head: bytes) -> int | None:
        if not _TAG.match(head):
            return None
        return place + _TAG_HEADER_BYTES + int.from_bytes(head[1:4], "big") + 4

    heads = range(_TAG_HEADER_BYTES, _TAG_HEADER_BYTES)
    return _elements(file, _FLASH_HEADER_BYTES + 4, heads, _TAG, behind)


def _program_stream(file: BinaryIO) -> Iterator[_Element]:
    def behind(place: int, head: bytes) -> int | None:
        code = head[3]
        if not head.startswith(_START) or code < _PROGRAM_END:
            return None
        if code == _PROGRAM_END:
            return place + 4
        if code == _PACK:
            second_version = len(head) == 14 and head[4] >> 6 == 1
            return place + (14 + (head[13] & 7) if second_version else 12)
        return place + 6 + int.from_bytes(head[4:6], "big")

    return _elements(file, 0, range(4, 14), _PACK_BEGINS, behind)


def _asf(file: BinaryIO) -> Iterator[_Element]:
    file.seek(0)
    head = file.read(_CHUNK_BYTES)
    properties, data = head.find(_ASF_FILE_PROPERTIES), head.find(_ASF_DATA)
    sizes = head[properties:][_ASF_PACKET_SIZES]
    smallest, size = (int.from_bytes(part, "little") for part in (sizes[:4], sizes[4:]))
    first = data + _ASF_DATA_HEADER_BYTES
    known = min(properties, data) >= 0 and smallest == size > 0
    if not known or not _ASF_PACKET.match(head, first):
        return iter(())  # packets of many sizes, or without the bytes, which need not be there
    count = int.from_bytes(head[data + 40 : data + 48], "little")
    packets = _elements(
        file,
        first,
        range(1, _LONGEST_PATTERN),
        _ASF_PACKET,
        lambda place, begin: place + size if _ASF_PACKET.match(begin) else None,
    )
    return itertools.islice(packets, min(count, sys.maxsize))


def _avi(file: BinaryIO) -> Iterator[_Element]:
    end = file.seek(0, os.SEEK_END)

    def behind(place: int, head: bytes) -> int | None:
        following = place + _LIST_HEADER_BYTES
        if head[:4] + head[8:] not in _INSIDE_AVI:
            following = place + _CHUNK_HEADER_BYTES + int.from_bytes(head[4:8], "little")
        if not _CHUNK_NAME.match(head) or following > end:
            return None
        return following + following % 2

    heads = range(_CHUNK_HEADER_BYTES, _LIST_HEADER_BYTES)
    return _elements(file, 0, heads, _AVI_PACKET, behind)


def _mxf(file: BinaryIO) -> Iterator[_Element]:
    end = file.seek(0, os.SEEK_END)

    def behind(place: int, head: bytes) -> int | None:
        first = head[_KEY_BYTES]
        digits = first & 0x7F if first & 0x80 else 0  # of a long length
        begin = _KEY_BYTES + 1
        length = int.from_bytes(head[begin : begin + digits], "big") if digits else first
        following = place + begin + digits + length
        return following if _KEY.match(head) and digits <= 8 and following <= end else None

    return _elements(file, 0, range(_KEY_BYTES + 1, _KEY_BYTES + 9), _KEY, behind)


def _ogg(file: BinaryIO) -> Iterator[_Element]:
    def behind(place: int, head: bytes) -> int | None:
        sizes = head[_PAGE_HEADER_BYTES:][: head[_PAGE_HEADER_BYTES - 1]]
        length = _PAGE_HEADER_BYTES + len(sizes) + sum(sizes)
        file.seek(place)
        page = file.read(length)
        whole = _PAGE.match(page) and len(page) == length and _is_as_written(page)
        return place + length if whole else None

    heads = range(_PAGE_HEADER_BYTES, _PAGE_HEADER_BYTES + _MOST_SEGMENTS)
    return _elements(file, 0, heads, _PAGE, behind)


def _is_as_written(page: bytes) -> bool:
    zeroed = page[: _CHECKSUM.start] + bytes(4) + page[_CHECKSUM.stop :]
    found = zlib.crc32(zeroed.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return found.to_bytes(4, "big").translate(_REVERSED) == page[_CHECKSUM]


def _find(file: BinaryIO, pattern: re.Pattern[bytes], place: int) -> int:
    """Where a pattern is found next; the end of the file if nowhere."""
    file.seek(place)
    content = b""
    while chunk := file.read(_CHUNK_BYTES):
        content = content[-_LONGEST_PATTERN:] + chunk
        found = pattern.search(content)
        if found is not None:
            return file.tell() - len(content) + found.start()
    return file.seek(0, os.SEEK_END)


_WALKS: dict[str, Callable[[BinaryIO], Iterator[_Element]]] = {
    "matroska": _matroska,
    "flv": _flash,
    "mpeg": _program_stream,
    "ogg": _ogg,
    "avi": _avi,
    "asf": _asf,
    "mxf": _mxf,
}
