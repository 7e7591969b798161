"""Of channels that cancel each other one is heard, in each window of sound for itself."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from objects_that_sound.components.localisation_video.sound_stream import SoundStream
from objects_that_sound.components.media.cancelled_channels import audible, may_have_cancelled
from objects_that_sound.components.media.clips import read_clips
from objects_that_sound.components.media.media_file import MediaFile

RATE = 16000
SECONDS = 8
NOISE = np.random.default_rng(0).uniform(-0.3, 0.3, SECONDS * RATE)


def _inverted_from(second: float, left: np.ndarray = NOISE) -> np.ndarray:
    """Left and right channel, float [2, samples]."""
    return np.stack([left, np.where(np.arange(len(left)) < second * RATE, left, -left)])


@pytest.fixture(params=["clips", "stream"])
def heard(request, media, tmp_path):
    """What `read_clips` and `ots localise` of a whole video hear, int [times, samples]."""

    def hear(sound: np.ndarray, times: list[float], layout: str = "stereo") -> np.ndarray:
        how = {"sample_rate": RATE, "layout": layout, "audio_codec": "pcm_s16le"}
        path = media(tmp_path / "in.mkv", sound=sound, frames=SECONDS * 25, **how)
        if request.param == "clips":
            pcm = [clip.pcm for clip in read_clips(path, times, image_size=32, sample_rate=RATE)]
        else:
            with MediaFile(path) as file:
                stream = SoundStream(file, RATE, Fraction(0))
                pcm = [stream.window(Fraction(time)) for time in times]
        return np.stack([np.frombuffer(sound, "<i2").astype(int) for sound in pcm])

    return hear


def _at(time: float, left: np.ndarray = NOISE) -> np.ndarray:
    start = round((time - 0.5) * RATE)
    return np.round(left[start : start + RATE] * 32768)


def test_an_inversion_in_the_middle_of_a_file(heard):
    sound = heard(_inverted_from(4.0), [2.0, 6.0])
    assert np.abs(sound - [_at(2.0), _at(6.0)]).max() <= 1
    assert (sound[1] == heard(_inverted_from(4.0), [6.0])[0]).all()


def test_an_inversion_from_the_start(heard):
    assert np.abs(heard(_inverted_from(0.0), [1.0, 2.0]) - [_at(1.0), _at(2.0)]).max() <= 1


def test_an_inversion_in_a_part_of_a_window_leaves_the_mix(heard):
    [sound] = heard(_inverted_from(4.0), [4.0])
    assert np.abs(sound[: RATE // 2] - _at(4.0)[: RATE // 2]).max() <= 1
    assert np.abs(sound[RATE // 2 :]).max() <= 1


def test_front_channels_that_cancel_each_other_in_5_1(heard):
    sound = np.zeros((6, SECONDS * RATE))
    sound[:2] = _inverted_from(4.0)
    before, behind = heard(sound, [2.0, 6.0], "5.1")
    assert 1000 < np.abs(before).max() < 0.9 * np.abs(_at(2.0)).max()  # the mix of six is quieter
    assert np.abs(behind - _at(6.0)).max() <= 1


def test_quiet_noise_of_two_microphones_stays_a_mix(heard):
    quiet = np.random.default_rng(1).normal(0, 0.001, (2, SECONDS * RATE))
    [sound] = heard(quiet, [2.0])
    assert np.abs(sound - _at(2.0, quiet.mean(0))).max() <= 1


def test_mono_stays_as_it_is(heard):
    quiet = NOISE / 1000
    assert np.abs(heard(quiet, [2.0], "mono")[0] - _at(2.0, quiet)).max() <= 1


def test_a_mix_is_kept_unless_it_is_nearly_silent_and_much_quieter_than_its_first_channel():
    loud = np.full(100, 9000, np.int16)
    quiet = np.full(100, 100, np.int16)
    silent = np.zeros(100, np.int16)
    assert not may_have_cancelled(loud) and may_have_cancelled(quiet)
    assert audible(loud // 2, loud) is not loud
    assert audible(quiet, loud) is loud and audible(silent, quiet) is quiet
    assert audible(quiet // 2, quiet) is not quiet
