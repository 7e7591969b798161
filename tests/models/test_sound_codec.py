"""Stored sound: what comes back, and that equal sounds make equal files."""

from __future__ import annotations

import io

import av
import numpy as np
import pytest

from objects_that_sound.models.sound_codec import decode_sound, encode_sound


def _music(rate: int, amplitude: float = 0.5) -> np.ndarray:
    time = np.arange(rate) / rate
    noise = np.random.default_rng(rate).normal(0, 0.01, rate)
    wave = amplitude * np.sin(2 * np.pi * rate / 40 * time) * np.exp(-time) + noise
    return np.clip(np.round(32768 * wave), -32768, 32767).astype("<i2")


@pytest.mark.parametrize("rate", [1000, 16001, 44100, 48000, 192_000])
def test_flac_keeps_every_sample(rate):
    samples = _music(rate)
    samples[:4] = [-32768, 32767, -1, 0]
    decoded = decode_sound(encode_sound(samples.tobytes(), rate, "flac"))
    assert decoded.dtype == np.int16
    np.testing.assert_array_equal(decoded, samples)


@pytest.mark.parametrize("rate", [1000, 16001, 44100, 48000, 192_000])
def test_vorbis_keeps_length_place_and_most_of_the_sound_in_less_space(rate):
    samples = _music(rate)
    encoded = encode_sound(samples.tobytes(), rate, "vorbis")
    decoded = decode_sound(encoded)
    assert (decoded.dtype, decoded.shape) == (np.int16, samples.shape)
    error = decoded.astype(float) - samples
    assert error.std() < 0.1 * samples.std()
    if rate >= 16000:  # where its 3 kB of tables do not weigh
        assert len(encoded) < len(encode_sound(samples.tobytes(), rate, "flac"))


def test_loud_sound_does_not_turn_over_where_vorbis_goes_beyond_full_scale():
    square = np.where(np.arange(48000) // 60 % 2, 32767, -32768).astype("<i2")
    decoded = decode_sound(encode_sound(square.tobytes(), 48000, "vorbis"))
    middle = np.arange(48000) % 60 // 10 == 2  # away from the edges, where it rings
    assert (np.sign(decoded[middle]) == np.sign(square[middle])).all()
    assert decoded.max() == 32767 and decoded.min() == -32768  # it did go there


@pytest.mark.parametrize("codec", ["flac", "vorbis"])
def test_equal_sounds_make_equal_files_which_other_decoders_read(codec):
    pcm = _music(48000).tobytes()
    encoded = encode_sound(pcm, 48000, codec)
    assert encode_sound(pcm, 48000, codec) == encoded
    # FFmpeg leaves out pages of Ogg whose check sum is wrong.
    with av.open(io.BytesIO(encoded)) as file:
        assert sum(frame.samples for frame in file.decode(audio=0)) >= 47_000


def test_different_sounds_are_streams_of_different_numbers():
    first, second = (
        encode_sound(_music(16000, loud).tobytes(), 16000, "vorbis") for loud in (0.2, 0.4)
    )
    assert first[:4] == second[:4] == b"OggS"
    assert first[14:18] != second[14:18]


@pytest.mark.parametrize("codec", ["flac", "vorbis"])
@pytest.mark.parametrize("damage", ["empty", "magic", "begins_late", "other"])
def test_what_is_no_sound_is_refused(codec, damage):
    whole = encode_sound(_music(16000).tobytes(), 16000, codec)
    damaged = {"empty": b"", "magic": whole[:4], "begins_late": whole[60:], "other": b"x" * 200}
    with pytest.raises(ValueError, match="can't be decoded"):
        decode_sound(damaged[damage])
