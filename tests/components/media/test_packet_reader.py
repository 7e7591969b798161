"""Reading by seeking gives the packets that the first reading found, whatever a demuxer makes up."""

from __future__ import annotations

import numpy as np
import pytest

from objects_that_sound.components.media import indexed_packets
from objects_that_sound.components.media.clips import read_clips
from objects_that_sound.components.media.media_error import MediaError

RATE = 48000
TIMES = [1.0, 3.0, 5.0, 7.0]

# Sound whose packets are all alike, in files that lost the index at their end.
KINDS = {
    "mxf": {"video_codec": "mpeg2video", "audio_codec": "pcm_s16le"},
    "nut": {"video_codec": "mpeg4", "audio_codec": "pcm_s16le"},
    "mkv": {"audio_codec": "pcm_s16le"},
}


@pytest.mark.parametrize("suffix", KINDS)
def test_without_an_index_the_sound_is_the_same(suffix, media, clicks_at, monkeypatch, tmp_path):
    path = media(
        tmp_path / f"cut.{suffix}",
        frames=200,
        sound=clicks_at(8, RATE, [0.9, 2.8, 4.7, 6.6]),
        sample_rate=RATE,
        **KINDS[suffix],
    )
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * 0.985)])
    kept = read_clips(path, TIMES, image_size=32)
    monkeypatch.setattr(indexed_packets, "_KEEP_BYTES", -1)
    for clip in kept:
        [found] = read_clips(path, [clip.time], image_size=32)
        assert found.jpeg == clip.jpeg
        first, second = (np.frombuffer(one.pcm, "<i2").astype(int) for one in (found, clip))
        assert np.abs(first - second).max() < 3


def test_an_mxf_file_that_is_cut_is_truncated(media, tmp_path):
    path = media(tmp_path / "cut.mxf", frames=150, sample_rate=RATE, **KINDS["mxf"])
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(MediaError, match="truncated: holds"):
        read_clips(path, [1.0])
