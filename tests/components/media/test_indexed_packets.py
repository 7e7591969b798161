"""Packets are the same from memory and from the file again."""

from __future__ import annotations

import pytest

from objects_that_sound.components.media import indexed_packets
from objects_that_sound.components.media.media_file import MediaFile

SPANS = [(0, 3), (40, 41), (120, 140)]


def _read(path) -> dict[str, list[tuple]]:
    with MediaFile(path) as opened:
        streams = {"video": opened.video, "audio": opened.audio}
        return {
            name: [
                (ordinal, packet.pts, bytes(packet))
                for ordinal, packet in opened.packets(stream, SPANS)
            ]
            for name, stream in streams.items()
        }


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts", "avi"])
def test_memory_and_the_file_give_the_same_packets(suffix, media, monkeypatch, tmp_path):
    path = media(tmp_path / f"clip.{suffix}", frames=200)
    kept = _read(path)
    monkeypatch.setattr(indexed_packets, "_KEEP_BYTES", -1)
    with MediaFile(path) as opened:
        assert not opened._packets.in_memory
    assert _read(path) == kept
    for packets in kept.values():
        assert [ordinal for ordinal, *_ in packets] == [0, 1, 2, 3, 40, 41, *range(120, 141)]


def test_a_closed_file_holds_no_packets(media, tmp_path):
    opened = MediaFile(media(tmp_path / "clip.mp4", frames=50))
    assert opened._packets.in_memory
    opened.close()
    assert not opened._packets.in_memory


def test_the_index_of_no_stream_is_empty(media, tmp_path):
    with MediaFile(media(tmp_path / "mute.mp4", frames=50, sound=None)) as opened:
        assert opened.audio is None
        assert len(opened.audio_index) == 0
        assert len(opened.video_index) == 50
