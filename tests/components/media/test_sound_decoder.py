"""Decoding may begin anywhere, and nothing is dropped there."""

from __future__ import annotations

import numpy as np
import pytest

from objects_that_sound.components.media.media_file import MediaFile
from objects_that_sound.components.media.sound_decoder import SoundDecoder


def _decoded(path, first: int, count: int) -> list:
    with MediaFile(path) as media:
        stream = media.need_audio()
        decoder = SoundDecoder(stream.codec_context, in_the_middle=first > 0)
        packets = [packet for _, packet in media.packets(stream, [(first, first + count - 1)])]
        frames = [frame for packet in packets for frame in decoder.decode(packet)]
        return [(frame.pts, frame.to_ndarray()) for frame in frames]


@pytest.fixture(params=["mp4", "mkv"])
def path(request, media, tmp_path):
    return media(tmp_path / f"delayed.{request.param}", sample_rate=8000, audio_codec="aac")


def test_the_first_packet_is_heard(path):
    assert [len(samples[0]) for _, samples in _decoded(path, 5, 3)] == [1024, 1024, 1024]


def test_what_follows_is_as_from_the_beginning(path):
    whole, part = dict(_decoded(path, 0, 12)), _decoded(path, 5, 5)
    for pts, samples in part[1:]:  # the first one overlaps with the frame before
        assert np.allclose(samples, whole[pts], atol=1e-6)


def test_the_encoders_delay_is_not_heard(path):
    assert _decoded(path, 0, 3)[0][0] == 0
