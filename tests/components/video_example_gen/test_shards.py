"""Videos to shards."""

from __future__ import annotations

import pytest

from components.video_example_gen.shards import make_shards
from components.video_example_gen.video import Video


@pytest.mark.parametrize(
    ("count", "per_video", "shards"), [(1, 10, 1), (13, 10, 1), (379, 10, 30), (100_000, 10, 981)]
)
def test_shards_are_even_and_hold_every_video_once(count, per_video, shards):
    videos = [Video(f"/v/{n}", str(n), str(n), "") for n in range(count)]
    made = make_shards("train", "/out", videos, examples_per_video=per_video, seed=0)
    sizes = [len(shard.videos) for shard in made]
    assert len(made) == shards
    assert max(sizes) - min(sizes) <= 1
    assert max(sizes) * per_video <= 1024
    assert sorted(video for shard in made for video in shard.videos) == sorted(videos)
    assert made[0].path == f"/out/data_tfrecord-00000-of-{shards:05d}.gz"
    again = make_shards("train", "/out", videos[::-1], examples_per_video=per_video, seed=0)
    assert again == made
