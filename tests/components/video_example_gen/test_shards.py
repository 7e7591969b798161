"""Videos to shards."""

from __future__ import annotations

import pytest

from objects_that_sound.components.video_example_gen.ingest_config import IngestConfig
from objects_that_sound.components.video_example_gen.shards import make_shards
from objects_that_sound.components.video_example_gen.video import Video


@pytest.mark.parametrize(
    ("count", "per_video", "frames", "shards"),
    [(1, 10, 1, 1), (13, 10, 1, 1), (379, 10, 1, 30), (100_000, 10, 1, 981), (2_000, 1, 25, 17)],
)
def test_shards_are_even_and_hold_every_video_once(count, per_video, frames, shards):
    config = IngestConfig(examples_per_video=per_video, frames=frames)
    videos = [Video(f"/v/{n}", str(n), str(n), "") for n in range(count)]
    made = make_shards("train", "/out", videos, config=config)
    sizes = [len(shard.videos) for shard in made]
    assert len(made) == shards
    assert max(sizes) - min(sizes) <= 1
    assert max(sizes) * per_video <= 1024
    assert sorted(video for shard in made for video in shard.videos) == sorted(videos)
    assert made[0].path == f"/out/data_tfrecord-00000-of-{shards:05d}.gz"
    assert make_shards("train", "/out", videos[::-1], config=config) == made


@pytest.mark.parametrize(("per_shard", "shards"), [(4, 20), (8, 10), (1, 20), (1000, 1)])
def test_size_of_shards_can_be_set(per_shard, shards):
    videos = [Video(f"/v/{n}", str(n), str(n), "") for n in range(20)]
    config = IngestConfig(examples_per_video=4, examples_per_shard=per_shard)
    assert len(make_shards("train", "/out", videos, config=config)) == shards
