"""Parts of the scenes."""

from __future__ import annotations

import pytest

from objects_that_sound.tfx_pipeline.learning_curve.scene_parts import scene_parts

SHARES = (0.25, 0.5, 1.0)


def _scenes(*sizes: int) -> dict[bytes, int]:
    return {f"scene {number}".encode(): size for number, size in enumerate(sizes)}


def test_parts_lie_inside_each_other_and_have_their_shares_of_the_clips():
    clips = _scenes(*[3] * 40)
    quarter, half, everything = scene_parts(clips, SHARES)
    assert quarter.scenes < half.scenes < everything.scenes == set(clips)
    assert [quarter.clips, half.clips, everything.clips] == [30, 60, 120]
    for part in (quarter, half, everything):
        assert part.clips == sum(clips[scene] for scene in part.scenes)


def test_scenes_of_any_size_stay_whole():
    clips = _scenes(*range(1, 31))
    quarter, half, everything = scene_parts(clips, SHARES)
    assert quarter.clips == pytest.approx(everything.clips / 4, abs=15)
    assert half.clips == pytest.approx(everything.clips / 2, abs=15)


def test_the_parts_do_not_depend_on_the_order():
    clips = _scenes(*range(1, 31))
    assert scene_parts(dict(reversed(clips.items())), SHARES) == scene_parts(clips, SHARES)


@pytest.mark.parametrize("sizes", [(), (5,), (5, 5, 5)])
def test_too_few_scenes_are_refused(sizes):
    with pytest.raises(ValueError, match=f"learnt from {len(sizes)} scenes, .* at least 4"):
        scene_parts(_scenes(*sizes), SHARES)


@pytest.mark.parametrize("count", [4, 5, 6, 7, 11])
def test_four_scenes_are_enough(count):
    quarter, half, everything = scene_parts(_scenes(*[2] * count), SHARES)
    assert quarter.clips < half.clips < everything.clips == 2 * count
    assert scene_parts(_scenes(2, 2, 2, 2), SHARES)[0].clips == 2


@pytest.mark.parametrize("sizes", [(1, 1, 1, 1000), (1000, 1, 1, 1, 1), (1, 900, 1, 900, 1)])
def test_scenes_that_have_nearly_everything_are_refused(sizes):
    with pytest.raises(ValueError, match="no part of the scenes comes near"):
        scene_parts(_scenes(*sizes), SHARES)
