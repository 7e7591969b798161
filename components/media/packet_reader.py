"""Reading parts of a stream again, by seeking."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator

import av
import av.error
from av.container import InputContainer
from av.stream import Discard

from objects_that_sound.components.media import media_error
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.media.packet_index import PacketIndex

_READ_ON = 64  # packets: reading over so few is cheaper than a seek
_EARLIER_SECONDS = (0, 2, 10, 60)  # some demuxers land behind the place that was asked for


class PacketReader:
    """Packets of one stream by their ordinals, from a file too large to keep in memory.

    After a seek every packet is compared with the index. Where a demuxer lands elsewhere, or says
    something else than in the first reading, the file is read from its beginning instead; so it is
    where a part of the file has time stamps of its own.
    """

    def __init__(
        self,
        container: InputContainer,
        reopen: Callable[[], InputContainer],
        stream_index: int,
        index: PacketIndex,
    ):
        """Creates a reader.

        Args:
            container: an open one, whose position may be changed.
            reopen: opens the file once more, at its beginning; the reader closes it.
            stream_index: number of the stream.
            index: of the stream's packets.
        """
        self._container = container
        self._reopen = reopen
        self._stream = container.streams[stream_index]
        # Where a container lists its samples, as mp4 does, the others' are not even read.
        for other in container.streams:
            other.discard = Discard.default if other is self._stream else Discard.all
        self._index = index
        self._packets: Iterator[av.Packet] = iter(())

    def read(self, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, av.Packet]]:
        """Yields (ordinal, packet) of all spans.

        Args:
            spans: (first, last) ordinal, both included; ascending, not overlapping.

        Raises:
            MediaError: decode_error: the file is not what it was.
        """
        spans = list(spans)
        done = -1
        try:
            if self._index.partial:
                raise _MisplacedError
            for first, last in spans:
                for ordinal, packet in self._from(first, done):
                    done = ordinal
                    if ordinal >= first:
                        yield ordinal, packet
                    if ordinal >= last:
                        break
        except _MisplacedError:
            yield from self._from_the_beginning(spans, done)

    def _from(self, first: int, done: int) -> Iterator[tuple[int, av.Packet]]:
        """Packets up to `first` and on, from the current place or after a seek."""
        if done >= 0 and first - done <= _READ_ON:
            yield from self._check(done + 1, self._packets)
            return
        base = float(self._stream.time_base or 0)
        for earlier in _EARLIER_SECONDS:
            stamp = int(self._index.stamps[first] - earlier / base)
            try:
                self._container.seek(stamp, stream=self._stream, backward=True)
                self._packets = self._demux(self._container, self._stream)
                packet, ordinal = self._land()
            except av.error.FFmpegError:
                continue
            if ordinal is not None and packet is not None and ordinal <= first:
                yield ordinal, packet
                yield from self._check(ordinal + 1, self._packets)
                return
        raise _MisplacedError

    def _land(self) -> tuple[av.Packet | None, int | None]:
        """The first packet that the index knows; demuxers begin with incomplete ones."""
        for packet in self._packets:
            ordinal = self._index.find(packet)
            if ordinal is not None:
                return packet, ordinal
        return None, None

    def _check(self, ordinal: int, packets: Iterator[av.Packet]) -> Iterator[tuple[int, av.Packet]]:
        for ordinal, packet in enumerate(packets, start=ordinal):  # noqa: B020
            if ordinal >= len(self._index) or not self._index.matches(ordinal, packet):
                raise _MisplacedError
            yield ordinal, packet

    def _from_the_beginning(
        self, spans: list[tuple[int, int]], done: int
    ) -> Iterator[tuple[int, av.Packet]]:
        wanted = [(max(first, done + 1), last) for first, last in spans if last > done]
        if not wanted:
            return
        with self._reopen() as container:
            packets = self._demux(container, container.streams[self._stream.index])
            packets = itertools.islice(packets, self._index.skipped, None)
            try:
                for ordinal, packet in self._check(0, packets):
                    if ordinal >= wanted[0][0]:
                        yield ordinal, packet
                    if ordinal >= wanted[0][1]:
                        wanted.pop(0)
                    if not wanted:
                        return
            except _MisplacedError as error:
                raise MediaError(
                    media_error.DECODE_ERROR, "a second reading of the file differs from the first"
                ) from error

    @staticmethod
    def _demux(container: InputContainer, stream) -> Iterator[av.Packet]:
        return (packet for packet in container.demux(stream) if packet.size)


class _MisplacedError(Exception):
    """A packet is not the one that the index has."""
