"""Decoding may begin anywhere, and nothing is dropped there."""

from __future__ import annotations

import random

import av
import av.logging
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


def test_a_packet_of_which_only_the_beginning_is_understood_is_damaged(path):
    """FFmpeg gives a frame of some such packets of AAC, and says on its log alone what it is worth."""
    rng = random.Random(0)
    refused = given_by_ffmpeg = 0
    with MediaFile(path) as media:
        stream = media.need_audio()
        packets = [bytes(packet) for _, packet in media.packets(stream, [(3, 40)])]
        context = stream.codec_context
        for data in packets * 20:
            damaged = bytearray(data)
            damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
            errors, _ = av.logging.get_last_error()
            try:
                given = bool(context.decode(av.Packet(bytes(damaged))))
            except av.FFmpegError:
                given = False
            if not given or av.logging.get_last_error()[0] == errors:
                continue
            given_by_ffmpeg += 1
            with pytest.raises(av.error.InvalidDataError):
                SoundDecoder(context, in_the_middle=False).decode(av.Packet(bytes(damaged)))
            refused += 1
    assert refused == given_by_ffmpeg > 0


class _Context:
    """A decoder that gives a frame, whatever is logged meanwhile."""

    name = "aac"

    def __init__(self, speaker: str):
        self._speaker = speaker

    def decode(self, packet: av.Packet) -> list:
        av.logging.log(av.logging.ERROR, self._speaker, "something is damaged")
        return ["frame"]


def test_what_another_decoder_says_is_not_about_the_packet():
    assert SoundDecoder(_Context("h264"), in_the_middle=False).decode(av.Packet(b"")) == ["frame"]
    with pytest.raises(av.error.InvalidDataError, match="something is damaged"):
        SoundDecoder(_Context("aac"), in_the_middle=False).decode(av.Packet(b""))
