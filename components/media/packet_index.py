"""When each packet of a stream is due: what lets a decoder begin in the middle."""

from __future__ import annotations

import functools
from array import array
from collections.abc import Iterable

import av
import numpy as np

_KEY, _HIDDEN, _DAMAGED = 1, 2, 4
_DOUBTFUL = 3  # packets: FFmpeg's parsers hang the mark of a damaged one at one of those before it
_UNKNOWN = -1  # where a packet lies
MOST_REORDERED = 16
"""No codec presents a frame further from its place in the file; H.264 and HEVC reach it."""


class PacketIndex:
    """Time stamps, sizes, places and flags of a stream's packets, in file order (that of decoding).

    A packet's number in that order is its *ordinal*. 29 bytes a packet: a film of two hours takes
    6 MB for its pictures.

    Attributes:
        skipped: how many packets of the stream precede those of this index in the file.
        partial: whether the stream has packets that this index lacks.
    """

    def __init__(self, presentation_times: bool = True):
        """Creates an empty index.

        Args:
            presentation_times: False for a container that knows times of decoding only.
        """
        self._presentation_times = presentation_times
        self._stamps = array("q")
        self._sizes = array("i")
        self._durations = array("q")
        self._positions = array("q")  # bytes of the file; negative where not known
        self._flags = array("b")
        self._timed = True
        self._doubtful = 0  # how many of the next packets may be damaged
        self.skipped = 0
        self.partial = False

    def __len__(self) -> int:
        return len(self._stamps)

    def stamp(self, packet: av.Packet) -> int | None:
        """A packet's time stamp, in ticks of the stream, as this index counts."""
        return packet.pts if self._presentation_times and packet.pts is not None else packet.dts

    def add(self, packet: av.Packet) -> bool:
        """Appends the next packet; False if it is not damaged and has no time stamp."""
        stamp = packet.pts
        if stamp is None or not self._presentation_times:
            stamp = packet.dts
            self._timed = False
        if stamp is None and packet.is_corrupt:
            stamp = self._stamps[-1] + 1 if self._stamps else 0
        if stamp is None:
            return False
        self._stamps.append(stamp)
        self._sizes.append(packet.size)
        self._durations.append(packet.duration or 0)
        self._positions.append(_UNKNOWN if packet.pos is None else packet.pos)
        self._doubtful = _DOUBTFUL if packet.is_corrupt else max(0, self._doubtful - 1)
        self._flags.append(
            _KEY * packet.is_keyframe
            + _HIDDEN * packet.is_discard
            + _DAMAGED * bool(self._doubtful)
        )
        return True

    @classmethod
    def of_table(
        cls,
        stamps: np.ndarray,
        sizes: np.ndarray,
        durations: np.ndarray,
        keys: np.ndarray,
        hidden: np.ndarray,
    ) -> PacketIndex:
        """The index of packets that a container lists.

        Args:
            stamps: times of presentation in ticks, in file order, int64 [n].
            sizes: bytes of each packet, [n].
            durations: ticks of each, [n].
            keys: whether a decoder may begin with it, bool [n].
            hidden: whether it is not presented, bool [n].
        """
        index = cls()
        index._stamps.frombytes(np.ascontiguousarray(stamps, np.int64).tobytes())
        index._sizes.frombytes(sizes.astype(np.int32).tobytes())
        index._durations.frombytes(durations.astype(np.int64).tobytes())
        index._positions.frombytes(np.full(len(stamps), _UNKNOWN).tobytes())
        index._flags.frombytes((_KEY * keys + _HIDDEN * hidden).astype(np.int8).tobytes())
        return index

    def begins_like(self, other: PacketIndex) -> bool:
        """Whether the first packets, as many as this index has, are those of another one."""
        count = len(self)
        return all(
            mine == theirs[:count]
            for mine, theirs in (
                (self._stamps, other._stamps),
                (self._sizes, other._sizes),
                (self._durations, other._durations),
                (self._flags, other._flags),
            )
        )

    def part(self, first: int, stop: int) -> PacketIndex:
        """The index of the packets from one ordinal to before another; theirs begin at 0."""
        part = PacketIndex(self._presentation_times)
        part._stamps = self._stamps[first:stop]
        part._sizes = self._sizes[first:stop]
        part._durations = self._durations[first:stop]
        part._positions = self._positions[first:stop]
        part._flags = self._flags[first:stop]
        if first:  # where files were joined, packets seem to be lost
            for ordinal in range(min(_DOUBTFUL, len(part))):
                part._flags[ordinal] &= ~_DAMAGED
        part._timed = self._timed
        part.skipped = self.skipped + first
        part.partial = True
        return part

    @functools.cached_property
    def stamps(self) -> np.ndarray:
        """Time stamps in ticks, in file order: int64 [n]."""
        return np.frombuffer(self._stamps, np.int64)

    @functools.cached_property
    def positions(self) -> np.ndarray:
        """Bytes of the file where packets begin, in file order; negative where unknown: int64 [n]."""
        return np.frombuffer(self._positions, np.int64)

    @functools.cached_property
    def sizes(self) -> np.ndarray:
        """Bytes of each packet: int32 [n]."""
        return np.frombuffer(self._sizes, np.int32)

    @functools.cached_property
    def keys(self) -> np.ndarray:
        """Ordinals of the packets that a decoder may begin with: int64 [k]."""
        return np.flatnonzero(np.frombuffer(self._flags, np.int8) & _KEY)

    def damaged(self, ordinal: int) -> bool:
        """Whether a packet may lack a part, as where a transport stream lost some."""
        return bool(self._flags[ordinal] & _DAMAGED)

    def damage(self, ordinal: int) -> None:
        """Takes note that a packet lacks a part."""
        self._flags[ordinal] |= _DAMAGED

    def lose(self, position: int) -> None:
        """Takes note that packets are lost, at a byte: the last one before it counts as damaged."""
        before = np.flatnonzero((self.positions >= 0) & (self.positions < position))
        if before.size and before[-1] < len(self) - 1:
            self._flags[before[-1]] |= _DAMAGED

    def near_damage(self, ordinal: int) -> bool:
        """Whether a packet is damaged or so near to one that others may be lost beside it."""
        near = self._flags[max(0, ordinal - MOST_REORDERED) : ordinal + MOST_REORDERED + 1]
        return any(flags & _DAMAGED for flags in near)

    @functools.cached_property
    def shown(self) -> np.ndarray:
        """Ordinals of packets that are presented, in the order of their time: int64 [m].

        An edit list hides packets that are needed for decoding only.
        """
        visible = np.flatnonzero(~np.frombuffer(self._flags, np.int8) & _HIDDEN)
        return visible[np.argsort(self.stamps[visible], kind="stable")]

    @functools.cached_property
    def end(self) -> int:
        """When the last presented packet ends, in ticks; 0 where none is presented."""
        ends = self.stamps + np.frombuffer(self._durations, np.int64)
        return int(ends[self.shown].max()) if self.shown.size else 0

    @functools.cached_property
    def exact(self) -> bool:
        """Whether every packet has a presentation time stamp of its own, unlike all others.

        Only then does a time stamp name a packet.
        """
        unique = np.unique(self.stamps).size == self.stamps.size
        return bool(self.stamps.size) and self.timed and unique

    def unique(self, ordinals: Iterable[int]) -> bool:
        """Whether the time stamps of some packets name each of them among all packets."""
        stamps = self.stamps[list(ordinals)]
        found = [np.searchsorted(self._sorted_stamps, stamps, side) for side in ("left", "right")]
        return self.timed and bool((found[1] - found[0] == 1).all())

    def distinct(self, first: int, last: int) -> bool:
        """Whether the packets from one ordinal to another, both included, have unlike time stamps."""
        stamps = self.stamps[first : last + 1]
        return np.unique(stamps).size == stamps.size

    @property
    def timed(self) -> bool:
        """Whether every packet says when it is presented, not only when it is to be decoded."""
        return self._timed

    @functools.cached_property
    def start(self) -> int | None:
        """Time stamp of the first packet that is presented and can be decoded, or None.

        Packets before the first key packet, in file order or in time, miss what they refer to.
        """
        shown = self.shown[self.shown >= self.first_key]
        stamps = self.stamps[shown]
        stamps = stamps[stamps >= self.stamps[self.first_key]] if stamps.size else stamps
        return int(stamps.min()) if stamps.size else None

    def last_until(self, stamp: int) -> int | None:
        """Ordinal of the last packet presented at a time or before it; None before the first."""
        place = int(np.searchsorted(self._shown_stamps, stamp, side="right"))
        return int(self.shown[place - 1]) if place else None

    def key_before(self, key: int) -> int:
        """Ordinal of the key packet before one; of the first, itself."""
        place = int(np.searchsorted(self.keys, key))
        return int(self.keys[max(0, place - 1)]) if self.keys.size else 0

    def key_for(self, ordinal: int) -> int:
        """Ordinal of the packet where decoding must begin to get a packet's frame.

        The last key packet not after it in either order: what precedes a key in time and follows
        it in the file (open groups of pictures) refers to the group before.
        """
        for place in range(int(np.searchsorted(self.keys, ordinal, side="right")) - 1, -1, -1):
            key = int(self.keys[place])
            if self.stamps[key] <= self.stamps[ordinal]:
                return key
        return self.first_key

    @property
    def first_key(self) -> int:
        """Ordinal of the first key packet, or 0 where none is marked."""
        return int(self.keys[0]) if self.keys.size else 0

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Ordinals (first, last) of the packets that cover a span of time, in ticks.

        Where time stamps do not ascend in file order: from the first to the last that might.
        """
        begin = int(np.searchsorted(self._highest, first, side="right")) - 1
        end = int(np.searchsorted(self._lowest, last, side="right")) - 1
        return max(0, begin), max(0, end)

    def find(self, packet: av.Packet) -> int | None:
        """Ordinal of a packet that was read again; None if there is no such packet, or several."""
        stamp = self.stamp(packet)
        if stamp is None:
            return None
        place = int(np.searchsorted(self._sorted_stamps, stamp, side="left"))
        found = self._by_stamp[place : place + 2]
        if not found.size or self.stamps[found[0]] != stamp:
            return None
        if found.size > 1 and self.stamps[found[1]] == stamp:
            return None
        ordinal = int(found[0])
        return ordinal if self.matches(ordinal, packet) else None

    def matches(self, ordinal: int, packet: av.Packet) -> bool:
        """Whether a packet that was read again is the one of an ordinal.

        Its time stamp alone does not tell that: of a file without an index, FFmpeg makes up time
        stamps behind a seek. Nor does its size: packets of PCM are all alike.
        """
        if self._stamps[ordinal] != self.stamp(packet) or self._sizes[ordinal] != packet.size:
            return False
        position = _UNKNOWN if packet.pos is None else packet.pos
        return position < 0 or self._positions[ordinal] in (position, _UNKNOWN)

    @functools.cached_property
    def _shown_stamps(self) -> np.ndarray:
        return self.stamps[self.shown]

    @functools.cached_property
    def _by_stamp(self) -> np.ndarray:
        return np.argsort(self.stamps, kind="stable")

    @functools.cached_property
    def _sorted_stamps(self) -> np.ndarray:
        return self.stamps[self._by_stamp]

    @functools.cached_property
    def _highest(self) -> np.ndarray:
        """The highest time stamp up to each packet: ascends."""
        return np.maximum.accumulate(self.stamps)

    @functools.cached_property
    def _lowest(self) -> np.ndarray:
        """The lowest time stamp from each packet on: ascends."""
        return np.minimum.accumulate(self.stamps[::-1])[::-1]
