"""Sound files decode whole, mono, at the wanted rate."""

from __future__ import annotations

import itertools
import struct

import av
import numpy as np
import pytest

from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.media.sound import decode_audio


@pytest.mark.parametrize(
    ("suffix", "codec", "rate"),
    [("wav", "pcm_s16le", 44100), ("ogg", "libopus", 48000), ("flac", "flac", 22050)],
)
def test_decode_audio_keeps_length_and_place(media, clicks_at, tmp_path, suffix, codec, rate):
    path = media(
        tmp_path / f"sound.{suffix}",
        video_codec=None,
        audio_codec=codec,
        sample_rate=rate,
        sound=clicks_at(1.5, rate, [0.4]),
    )
    sound = decode_audio(path, 48000)
    assert sound.dtype == np.int16
    assert abs(len(sound) - 72000) <= 100
    loud = np.flatnonzero(np.abs(sound.astype(int)) > 0.6 * 32768)
    assert loud.mean() / 48000 == pytest.approx(0.4, abs=0.001)


def test_same_rate_is_bit_exact(media, tmp_path):
    wanted = np.random.default_rng(0).integers(-20000, 20000, 10_000).astype(np.int16)
    path = media(
        tmp_path / "exact.wav",
        video_codec=None,
        audio_codec="pcm_s16le",
        sample_rate=48000,
        sound=wanted / 32768,
    )
    assert np.array_equal(decode_audio(path, 48000), wanted)


def test_tags_that_are_not_utf8_do_no_harm(media, tmp_path):
    path = media(
        tmp_path / "tagged.wav", video_codec=None, audio_codec="pcm_s16le", sample_rate=8000
    )
    untagged = decode_audio(path, 8000)
    content = path.read_bytes()
    title = "Été\0".encode("latin-1")
    tags = b"INFOINAM" + struct.pack("<I", len(title)) + title
    content += b"LIST" + struct.pack("<I", len(tags)) + tags
    path.write_bytes(content[:4] + struct.pack("<I", len(content) - 8) + content[8:])
    assert np.array_equal(decode_audio(path, 8000), untagged)


def test_no_sound(media, tmp_path):
    with pytest.raises(MediaError, match="no_audio_stream"):
        decode_audio(media(tmp_path / "mute.mp4", sound=None), 48000)


def test_each_second_whose_channels_cancel_each_other_is_the_left_one(media, tmp_path):
    left = np.random.default_rng(0).integers(-9000, 9000, 32_000).astype(np.int16) / 32768
    right = np.where(np.arange(32_000) < 16_000, left, -left)
    how = {"video_codec": None, "audio_codec": "pcm_s16le", "sample_rate": 8000}
    inverted = media(
        tmp_path / "inverted.wav", sound=np.stack([left, right]), layout="stereo", **how
    )
    mono = media(tmp_path / "mono.wav", sound=left, **how)
    assert np.abs(decode_audio(inverted, 8000).astype(int) - decode_audio(mono, 8000)).max() <= 1


def test_vorbis_that_changes_its_blocks_loses_nothing(shared_data):
    """A crackling sound: FFmpeg's time stamps jump by 448 samples and back."""
    path = shared_data / "esc10" / "audio" / "4-167642-A-21.ogg"
    if not path.exists():
        pytest.skip("ESC-10 is not in ../shared/data/esc10")
    with av.open(str(path)) as container:
        frames = list(container.decode(audio=0))
    assert any(a.pts + a.samples != b.pts for a, b in itertools.pairwise(frames))
    plain = np.concatenate([frame.to_ndarray()[0] for frame in frames])  # as libsndfile decodes it
    difference = decode_audio(path, 44100) - np.clip(np.round(plain * 32768), -32768, 32767)
    assert np.abs(difference).max() <= 1
