"""The packets that an mp4 or QuickTime file lists in its sample table, without reading them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import numpy as np
from av.stream import Stream

from objects_that_sound.components.media.packet_index import PacketIndex

_MOST_BYTES = 64 << 20  # of a header; real ones take some bytes a sample
_SPOTS = 64  # samples of which FFmpeg must say the same
_EDGE = 128  # samples
_KEY, _DISCARD = 1, 2  # FFmpeg's AVINDEX_KEYFRAME and AVINDEX_DISCARD_FRAME
_FIRST_BOXES = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"}  # the others: old QuickTime


def may_list_samples(head: bytes) -> bool:
    """Whether a file that begins so may be an mp4 or QuickTime file."""
    return head[4:8] in _FIRST_BOXES


def read_sample_tables(file: BinaryIO, streams: Sequence[Stream]) -> list[PacketIndex] | None:
    """Makes the index of each stream from the file's header (ISO 14496-12, 8.6).

    FFmpeg's own list of samples, to which it has applied the edit list, says when each is to be
    decoded, where it is, and which are hidden; the header adds when each is presented.

    Args:
        file: positioned anywhere; where it was before is where it is left.
        streams: of the file, opened by FFmpeg.

    Returns:
        None where the table can't be trusted: fragments follow it, its parts contradict each other,
        or it lists bytes that the file does not have.
    """
    place = file.tell()
    try:
        size = file.seek(0, os.SEEK_END)
        movie = _movie(file, size)
    finally:
        file.seek(place)
    if movie is None or _child(movie, b"mvex") is not None:
        return None
    indexes = [_index(movie, stream, size) for stream in streams]
    return [index for index in indexes if index is not None] if all(indexes) else None


def _index(movie: memoryview, stream: Stream, size: int) -> PacketIndex | None:
    table, samples = _sample_table(movie, stream.id), stream.index_entries
    count = len(samples)
    if table is None or not count:
        return None
    durations, delays = _runs(table, b"stts", count), _runs(table, b"ctts", count)
    sizes = _sizes(table, count)
    if durations is None or delays is None or sizes is None or not _inside(table, sizes, size):
        return None
    delays += max(0, -int(delays.min()))  # as FFmpeg, which presents nothing before it is decoded
    decoded = samples[0].timestamp + np.cumsum(durations) - durations
    flags = _key_flags(table, count)
    # Edit lists hide samples at the ends; an unknown table of keys has to be asked one by one.
    edges = range(count) if flags is None else (*range(_EDGE), *range(count - _EDGE, count))
    flags = np.zeros(count, np.int64) if flags is None else flags
    for place in edges:
        if 0 <= place < count:
            flags[place] = samples[place].flags & (_KEY | _DISCARD)
    for place in np.linspace(0, count - 1, _SPOTS, dtype=int).tolist():
        sample = samples[place]
        ours = decoded[place], sizes[place], flags[place]
        if ours != (sample.timestamp, sample.size, sample.flags & (_KEY | _DISCARD)):
            return None
    keys, hidden = (flags & _KEY) > 0, (flags & _DISCARD) > 0
    return PacketIndex.of_table(decoded + delays, sizes, durations, keys, hidden)


def _key_flags(table: memoryview, samples: int) -> np.ndarray | None:
    """`_KEY` for each key sample, else 0, int64 [samples]; None where the header says it elsewhere."""
    if _child(table, b"stss") is None:
        return np.full(samples, _KEY, np.int64)
    keys = _numbers(table, b"stss", 4, 1)
    others = _child(table, b"sgpd") is not None or _child(table, b"stps") is not None
    if keys is None or others or (len(keys) and not 1 <= keys.min() <= keys.max() <= samples):
        return None
    flags = np.zeros(samples, np.int64)
    flags[keys[:, 0] - 1] = _KEY
    return flags


def _movie(file: BinaryIO, size: int) -> memoryview | None:
    """The content of the file's `moov` box."""
    place = 0
    while place + 8 <= size:
        file.seek(place)
        header = file.read(16)
        length, kind, begin = int.from_bytes(header[:4], "big"), header[4:8], 8
        if length == 1:
            length, begin = int.from_bytes(header[8:16], "big"), 16
        if length < begin:
            return None
        if kind == b"moov":
            if length > _MOST_BYTES:
                return None
            file.seek(place + begin)
            return memoryview(file.read(length - begin))
        place += length
    return None


def _sample_table(movie: memoryview, track_id: int) -> memoryview | None:
    for kind, track in _boxes(movie):
        header = _child(track, b"tkhd") if kind == b"trak" else None
        if header is None or len(header) < 24:
            continue
        place = 20 if header[0] == 1 else 12  # version 1 has longer dates
        if int.from_bytes(header[place : place + 4], "big") == track_id:
            table: memoryview | None = track
            for name in (b"mdia", b"minf", b"stbl"):
                table = None if table is None else _child(table, name)
            return table
    return None


def _boxes(content: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    place = 0
    while place + 8 <= len(content):
        length = int.from_bytes(content[place : place + 4], "big")
        if length < 8:
            return
        yield bytes(content[place + 4 : place + 8]), content[place + 8 : place + length]
        place += length


def _child(content: memoryview, kind: bytes) -> memoryview | None:
    return next((box for name, box in _boxes(content) if name == kind), None)


def _numbers(table: memoryview, kind: bytes, skip: int, columns: int) -> np.ndarray | None:
    """The rows of a box that begins with their number, int64 [n, columns]; None without the box."""
    box = _child(table, kind)
    if box is None or len(box) < skip + 4:
        return None
    count = int.from_bytes(box[skip : skip + 4], "big")
    content = box[skip + 4 : skip + 4 + 4 * columns * count]
    if len(content) < 4 * columns * count:
        return None
    return np.frombuffer(content, ">u4").astype(np.int64).reshape(count, columns)


def _runs(table: memoryview, kind: bytes, samples: int) -> np.ndarray | None:
    """The values of a box of (number of samples, value), int64 [samples]; 0 without the box."""
    if _child(table, kind) is None:
        return np.zeros(samples, np.int64)
    pairs = _numbers(table, kind, 4, 2)
    if pairs is None or pairs[:, 0].sum() != samples:
        return None
    values = pairs[:, 1].astype(np.uint32).astype(np.int32).astype(np.int64)  # may be negative
    return np.repeat(values, pairs[:, 0])


def _sizes(table: memoryview, samples: int) -> np.ndarray | None:
    """Bytes of each sample, all of them positive."""
    box = _child(table, b"stsz")
    if box is None or len(box) < 12:
        return None
    same = int.from_bytes(box[4:8], "big")
    if same:
        return np.full(samples, same, np.int64)
    sizes = _numbers(table, b"stsz", 8, 1)
    if sizes is None or len(sizes) != samples or sizes.min() <= 0:
        return None
    return sizes[:, 0]


def _inside(table: memoryview, sizes: np.ndarray, size: int) -> bool:
    """Whether all samples lie inside the file."""
    chunks = _numbers(table, b"stco", 4, 1)
    if chunks is None:
        halves = _numbers(table, b"co64", 4, 2)
        if halves is None:
            return False
        chunks = halves[:, :1] * 2**32 + halves[:, 1:]
    runs = _numbers(table, b"stsc", 4, 3)
    if not len(chunks) or runs is None or not len(runs):
        return False
    numbers = np.diff(np.append(runs[:, 0], len(chunks) + 1))
    if runs[0, 0] != 1 or numbers.min() < 0 or runs[:, 1].min() < 1:
        return False
    each = np.repeat(runs[:, 1], numbers)  # samples of each chunk
    if each.sum() != len(sizes):
        return False
    ends = chunks[:, 0] + np.add.reduceat(sizes, np.cumsum(each) - each)
    return bool(ends.max() <= size)
