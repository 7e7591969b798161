"""Clips at equal distances, over good files and damaged ones."""

from __future__ import annotations

import numpy as np
import pytest
import simplejpeg

from objects_that_sound.components.media import slide as module
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.media.slide import slide, slide_times

RATE = 8000


@pytest.fixture
def video(media, tmp_path):
    return media(tmp_path / "numbers.mkv", frames=100, sound=np.full(4 * 44100, 0.1))


def test_times_go_from_the_first_to_the_last_possible(video):
    times = slide_times(video, 0.25)
    assert times[0] == pytest.approx(0.5)
    assert times[-1] <= 3.5 < times[-1] + 0.25
    np.testing.assert_allclose(np.diff(times), 0.25)


@pytest.mark.parametrize("at_once", [1, 3, 100])
def test_every_time_gets_its_frame(video, number_in, monkeypatch, at_once):
    monkeypatch.setattr(module, "_AT_ONCE", at_once)
    times = slide_times(video, 0.5)
    clips = list(slide(video, times, image_size=64, sample_rate=RATE))
    numbers = [number_in(simplejpeg.decode_jpeg(clip.jpeg)) for clip in clips]
    assert numbers == [int(time * 25 + 1e-6) for time in times]
    assert all(len(clip.pcm) == 2 * RATE for clip in clips)


def test_a_damaged_moment_is_named_and_the_others_are_read(video, monkeypatch):
    read = module.read_clips

    def damaged(source, times, **options):
        if 1.5 in times:
            raise MediaError("corrupt_video", "here")
        return read(source, times, **options)

    monkeypatch.setattr(module, "read_clips", damaged)
    found = list(slide(video, [0.5, 1.0, 1.5, 2.0], image_size=64, sample_rate=RATE))
    assert [isinstance(clip, MediaError) for clip in found] == [False, False, True, False]


@pytest.mark.parametrize("every", [0, -1.0, float("nan")])
def test_a_distance_that_cannot_be_is_refused(video, every):
    with pytest.raises(ValueError, match="every must be positive"):
        slide_times(video, every)


def test_a_file_too_short_is_refused(media, tmp_path):
    short = media(tmp_path / "short.mkv", frames=10, sound=np.full(44100 // 2, 0.1))
    with pytest.raises(MediaError, match="run together for"):
        slide_times(short, 1.0)
