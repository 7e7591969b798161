"""Which clips are taken from a file."""

from __future__ import annotations

import pathlib

import numpy as np
import pytest
import simplejpeg

from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.video_example_gen.clip_sampler import sample_clips
from objects_that_sound.components.video_example_gen.ingest_config import IngestConfig
from objects_that_sound.components.video_example_gen.video import Video

RATE = 8000


def _sample(path: pathlib.Path, video: Video | None = None, **config):
    settings = IngestConfig(image_size=64, sample_rate=RATE, **config)
    return sample_clips(str(path), video or Video(str(path), path.name, "", ""), settings)


def _segment(path: pathlib.Path, start: float | None, end: float | None) -> Video:
    return Video(str(path), "segment", "", "", start=start, end=end)


@pytest.fixture(scope="module")
def six_seconds(media, clicks_at, tmp_path_factory) -> pathlib.Path:
    path = tmp_path_factory.mktemp("media") / "six.mp4"
    return media(path, frames=150, sound=clicks_at(6, 44100, range(6)))


@pytest.fixture(scope="module")
def half_silent(media, tmp_path_factory) -> pathlib.Path:
    """Every other second is silent."""
    noise = np.random.default_rng(0).normal(0, 0.1, 10 * 44100)
    noise *= np.arange(noise.size) // 44100 % 2
    return media(tmp_path_factory.mktemp("media") / "half.mp4", frames=250, sound=noise)


@pytest.mark.parametrize(("start", "end"), [(2.0, 4.0), (3.0, None), (None, 2.0), (2.2, 3.24)])
def test_clips_of_a_segment_lie_within_it(six_seconds, start, end):
    clips = _sample(six_seconds, _segment(six_seconds, start, end), examples_per_video=30)
    times = [clip.time for clip in clips]
    assert min(times) >= (start or 0) + 0.5
    assert max(times) <= (end or 6) - 0.5
    # Each tick is taken, where there are fewer than wanted.
    assert len(set(times)) == len(times) >= min(30, ((end or 6) - (start or 0) - 1) * 25 // 1)


@pytest.mark.parametrize(
    ("start", "end", "seconds"),
    [(None, None, 6.0), (2.0, 4.0, 2.0), (3.0, None, 3.0), (2.2, 3.24, 1.04), (4.0, 60.0, 2.0)],
)
def test_clips_know_how_long_their_video_or_segment_is(six_seconds, start, end, seconds):
    clips = _sample(six_seconds, _segment(six_seconds, start, end), examples_per_video=3)
    [known] = {clip.video_seconds for clip in clips}
    assert known == pytest.approx(seconds, abs=0.08)


def test_several_frames_lie_around_the_middle_one(six_seconds, number_in):
    clips = _sample(six_seconds, frames=25, examples_per_video=3)
    assert len(clips) == 3
    for clip in clips:
        images = [simplejpeg.decode_jpeg(jpeg) for jpeg in clip.frames]
        middle = round(clip.time * 25)
        assert [number_in(image) for image in images] == list(range(middle - 12, middle + 13))
        assert clip.frames[12] == clip.jpeg
    assert [clip.frames for clip in _sample(six_seconds, examples_per_video=3)] == [()] * 3


@pytest.mark.parametrize(("frames", "wanted"), [(1, (38, 87)), (25, (26, 99)), (51, (25, 99))])
def test_all_frames_lie_within_the_segment(six_seconds, number_in, frames, wanted):
    segment = _segment(six_seconds, 1.0, 4.0)
    clips = _sample(six_seconds, segment, frames=frames, examples_per_video=99)
    shown = {
        number_in(simplejpeg.decode_jpeg(jpeg))
        for clip in clips
        for jpeg in (clip.frames or [clip.jpeg])
    }
    assert (min(shown), max(shown)) == wanted


def test_a_segment_beyond_the_file_is_too_short_and_the_detail_tells_why(six_seconds):
    with pytest.raises(MediaError, match=r"too_short.*from 0\.50 s to 5\.\d+ s.*<id>_<start>"):
        _sample(six_seconds, _segment(six_seconds, 30.0, 40.0))
    with pytest.raises(MediaError, match="too_short"):
        _sample(six_seconds, _segment(six_seconds, 2.0, 2.9))


def test_quiet_moments_are_replaced(half_silent, monkeypatch):
    options = {"min_loudness_dbfs": -30.0, "examples_per_video": 5}
    clips = _sample(half_silent, **options)
    assert all(clip.loudness >= -30 for clip in clips)
    times = [clip.time for clip in clips]
    assert times == sorted(set(times))
    assert [clip.time for clip in _sample(half_silent, **options)] == times
    monkeypatch.setattr("objects_that_sound.components.video_example_gen.clip_sampler._TRIES", 1)
    single = [clip.time for clip in _sample(half_silent, **options)]
    assert set(single) < set(times)  # what was loud stays


def test_all_quiet_is_silent_and_the_loudest_is_told(half_silent):
    with pytest.raises(MediaError, match=r"silent: the loudest of 6 .* has -2\d\.\d dBFS"):
        _sample(half_silent, min_loudness_dbfs=-5.0, examples_per_video=2)
