"""What sounds when, in videos with several sounding things."""

from __future__ import annotations

import collections
import itertools

import numpy as np
import pytest

from objects_that_sound.components.generated_videos.difficulty import Difficulty
from objects_that_sound.components.generated_videos.object_class import CLASSES
from objects_that_sound.components.generated_videos.scene import Scene
from objects_that_sound.components.generated_videos.soundtrack import clean_sound, make_soundtrack
from objects_that_sound.components.generated_videos.story import LEAST_SECONDS, PLOTS

SEVERAL = Difficulty(several_sounding=1.0)


def _scene(plot: str, seconds: float = 3.0) -> Scene:
    scenes = (Scene.sample(5, index, seconds, SEVERAL) for index in range(100))
    return next(one for one in scenes if one.story.plot == plot)


def test_plots_are_drawn_evenly_and_as_often_as_asked_for():
    plots = collections.Counter(
        Scene.sample(0, index, 5.0, Difficulty(several_sounding=0.5)).story.plot
        for index in range(600)
    )
    assert plots["alone"] / 600 == pytest.approx(0.5, abs=0.07)
    assert [plots[plot] / 600 for plot in PLOTS] == pytest.approx([1 / 6] * 3, abs=0.05)


def test_all_else_of_a_video_stays_as_it_is_without_them():
    for index in range(40):
        one, other = Scene.sample(0, index), Scene.sample(0, index, difficulty=SEVERAL)
        assert (one.width, one.container, one.labels[0]) == (
            other.width,
            other.container,
            other.labels[0],
        )
        assert one.story.plot == "alone" and one.story.sounding(1.0) == [0]
        assert len(other.labels) >= other.story.sounding_objects
        assert len(set(other.labels)) == len(other.labels)


@pytest.mark.parametrize("seconds", [LEAST_SECONDS, 5.0, 9.3])
@pytest.mark.parametrize(
    ("plot", "sounding"),
    [("together", [[0, 1]]), ("in turn", [[0], [1]]), ("falls silent", [[0], []])],
)
def test_the_second_around_each_moment_has_but_what_sounds_then(plot, sounding, seconds):
    story = _scene(plot, seconds).story
    assert [story.sounding(moment) for moment in story.moments] == sounding
    for moment, places in zip(story.moments, sounding, strict=True):
        assert moment - 0.5 >= 0 and moment + 0.5 <= seconds
        for time in np.linspace(moment - 0.5, moment + 0.5, 50):
            assert story.sounding(min(time, seconds - 1e-6)) == places


def _heard(scene: Scene, start: float, end: float, only: int | None = None) -> np.ndarray:
    """The first channel of a part of the soundtrack."""
    sound = make_soundtrack(scene, only)[0]
    return sound[int(start * scene.sample_rate) : int(end * scene.sample_rate)]


def _loudness(sound: np.ndarray) -> float:
    return 20 * np.log10(np.sqrt(np.mean(sound.astype(np.float64) ** 2)))


def test_one_falls_silent_but_for_the_noise():
    scene = _scene("falls silent")
    turn, end = scene.story.turn, scene.seconds
    before, behind = _heard(scene, 0, turn - 0.01), _heard(scene, turn + 0.01, end)
    # Noise is 20 to 35 dB below the sound; loudness varies by 10 dB from take to take.
    assert _loudness(behind) < _loudness(before) - 10
    assert np.any(behind)


def test_one_sounds_after_the_other():
    scene = _scene("in turn")
    turn, end = scene.story.turn, scene.seconds
    first, second = (_heard(scene, 0, end, place) for place in (0, 1))
    whole, rate = _heard(scene, 0, end), scene.sample_rate
    before, behind = slice(int((turn - 0.01) * rate)), slice(int((turn + 0.01) * rate), None)
    for part, alone, other in ((before, first, second), (behind, second, first)):
        assert _loudness(alone[part]) > _loudness(other[part]) + 10
        assert np.corrcoef(whole[part], alone[part])[0, 1] > 0.99


def test_what_sounds_together_is_the_sum_of_both_alone():
    """By the definition: gain times the clean sounds and noise, but where loud parts are limited."""
    scene = _scene("together")
    both, first, second = (make_soundtrack(scene, only) for only in (None, 0, 1))
    edges = [round(cut * scene.sample_rate) for cut in scene.cuts] + [scene.samples]
    checked = 0
    for number, (start, stop) in enumerate(itertools.pairwise(edges)):
        whole, parts = both[0, start:stop], (first[0, start:stop], second[0, start:stop])
        if max(np.abs(both[:, start:stop]).max(), *(np.abs(part).max() for part in parts)) > 0.94:
            continue
        # Either alone has the noise too: it is in the sum twice.
        clean = clean_sound(
            CLASSES[scene.labels[1]],
            stop - start,
            scene.sample_rate,
            scene.difficulty,
            scene.rng("sound 1", number),
        )
        added = whole - parts[0]
        gain = added @ clean / (clean @ clean)
        np.testing.assert_allclose(added, gain * clean, atol=1e-5)
        assert gain > 0
        assert np.corrcoef(whole, parts[0] + parts[1])[0, 1] > 0.99
        checked += 1
    assert checked
