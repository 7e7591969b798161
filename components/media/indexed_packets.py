"""The packets of a file's streams: read once for their index, and again to be decoded."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

import av
import av.error
from av.container import InputContainer
from av.stream import Stream

from objects_that_sound.components.media import media_error
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.media.packet_index import PacketIndex
from objects_that_sound.components.media.packet_reader import PacketReader
from objects_that_sound.components.media.time_base import time_base
from objects_that_sound.components.media.timeline_parts import common_seconds, time_breaks

_KEEP_BYTES = 48 << 20  # packets of smaller files stay in memory, so that they are read once
_COMPARED_PACKETS = 48  # with the container's own list, before it is trusted


class IndexedPackets:
    """The packets of some streams, in the order of the file.

    Memory does not grow with the file: those of a large one are read again when needed.

    Attributes:
        first_position: byte of the first packet read.
    """

    def __init__(
        self,
        container: InputContainer,
        reopen: Callable[[], InputContainer],
        indexes: Mapping[Stream, PacketIndex],
    ):
        """Creates an object that has read nothing yet.

        Args:
            container: an open one, at its beginning.
            reopen: opens the file once more, at its beginning.
            indexes: an empty one for each of the streams, at least one.
        """
        self._container, self._reopen = container, reopen
        self._streams = list(indexes)
        # By the stream's number, as packets name it.
        self._indexes = {stream.index: index for stream, index in indexes.items()}
        self._kept: dict[int, list[av.Packet]] | None = None
        self.first_position = 0

    @property
    def in_memory(self) -> bool:
        """Whether the packets need not be read from the file again."""
        return self._kept is not None

    def index(self, stream: Stream | None) -> PacketIndex:
        """The index of one of the streams; an empty one of None."""
        return PacketIndex() if stream is None else self._indexes[stream.index]

    def forget(self) -> None:
        """Frees the packets that are in memory."""
        self._kept = None

    def read(self, size: int, listed: Sequence[PacketIndex] | None) -> None:
        """What packets are there, and when: one pass over them, or over the first only.

        Where the container lists its samples, and the first packets are those listed, so are the
        others: each is compared with the list when it is read.

        Args:
            size: of the file, in bytes.
            listed: what the container lists of each stream, where it can be trusted in that.

        Raises:
            MediaError: no_timestamps, truncated, decode_error, cannot_open, out_of_memory.
        """
        kept: dict[int, list[av.Packet]] | None = {number: [] for number in self._indexes}
        count, room = 0, _KEEP_BYTES
        try:
            for packet in self._container.demux(self._streams):
                if not packet.size:
                    continue
                if not self.first_position:
                    self.first_position = packet.pos or 0
                self._add(packet, size)
                count += 1
                if listed and count == _COMPARED_PACKETS and self._takes(listed):
                    return
                if kept is not None:
                    kept[packet.stream_index].append(packet)
                    room -= packet.size
                    if room < 0:
                        kept = None
        except av.error.FFmpegError as error:
            raise _reading_error(error) from error
        except IndexError as error:  # PyAV's, where streams appear that were not announced
            detail = "the container holds more streams than it announces"
            raise MediaError(media_error.DECODE_ERROR, detail) from error
        self._kept = kept

    def _add(self, packet: av.Packet, size: int) -> None:
        index = self._indexes[packet.stream_index]
        if not index.add(packet):
            place = f"packet {len(index) + 1}" if packet.pos is None else f"byte {packet.pos}"
            detail = f"a packet has no time stamp, at {place}"
            raise MediaError(media_error.NO_TIMESTAMPS, detail)
        if packet.is_corrupt and packet.pos is not None and packet.pos + packet.size >= size:
            detail = f"the file ends inside the packet at byte {packet.pos}"
            raise MediaError(media_error.TRUNCATED, detail)

    def _takes(self, listed: Sequence[PacketIndex]) -> bool:
        """Whether the packets begin as they are listed; then the lists are the indexes."""
        if not all(map(PacketIndex.begins_like, self._indexes.values(), listed)):
            return False
        self._indexes = dict(zip(self._indexes, listed, strict=True))
        return True

    def keep_one_part(self) -> Fraction:
        """Where time starts again in a file, leaves the part with most of pictures and sound.

        Returns:
            Seconds by which that part begins later than the first, by the time stamps.

        Raises:
            MediaError: no_timestamps: time starts again in one of the two only.
        """
        bases = [time_base(stream) for stream in self._streams]
        breaks = list(map(time_breaks, self._indexes.values(), bases))
        if not any(breaks):
            return Fraction(0)
        if len({len(ordinals) for ordinals in breaks}) > 1:
            detail = "time starts again in the pictures or in the sound, but not in both"
            raise MediaError(media_error.NO_TIMESTAMPS, detail)
        pieces = [
            [index.part(*cut) for cut in itertools.pairwise([0, *ordinals, len(index)])]
            for index, ordinals in zip(self._indexes.values(), breaks, strict=True)
        ]
        parts = list(zip(*pieces, strict=True))
        chosen = max(parts, key=lambda part: common_seconds(part, bases))
        self._indexes = dict(zip(self._indexes, chosen, strict=True))
        if self._kept is not None:
            for number, index in self._indexes.items():
                stop = index.skipped + len(index)
                self._kept[number] = self._kept[number][index.skipped : stop]
        first, begin = (
            min((index.start or 0) * base for index, base in zip(part, bases, strict=True))
            for part in (parts[0], chosen)
        )
        return begin - first

    def packets(
        self, stream: Stream, spans: Sequence[tuple[int, int]]
    ) -> Iterator[tuple[int, av.Packet]]:
        """Yields (ordinal, packet) of one stream, from memory or from the file again.

        Args:
            stream: one of the streams.
            spans: ordinals (first, last), both included; ascending.

        Raises:
            MediaError: cannot_open, decode_error: the file can't be read again.
        """
        if self._kept is not None:
            kept = self._kept[stream.index]
            for first, last in spans:
                yield from zip(itertools.count(first), kept[first : last + 1], strict=False)
            return
        index = self._indexes[stream.index]
        reader = PacketReader(self._container, self._reopen, stream.index, index)
        try:
            yield from reader.read(spans)
        except av.error.FFmpegError as error:
            raise _reading_error(error) from error


def _reading_error(error: av.error.FFmpegError) -> MediaError:
    """What it means that a demuxer stopped before the end of the file."""
    if isinstance(error, av.error.PatchWelcomeError):
        detail = "reading stopped: FFmpeg cannot read what follows, such as streams that begin late"
        return MediaError(media_error.DECODE_ERROR, detail)
    if isinstance(error, av.error.InvalidDataError | MemoryError):
        return MediaError.from_decoder(error, "reading stopped")
    return MediaError(media_error.CANNOT_OPEN, f"reading stopped: {error.strerror}")
