"""Cutting the videos into shards: one unit of work, one output file."""

from __future__ import annotations

import hashlib
import math
import posixpath
from collections.abc import Sequence
from typing import NamedTuple

from objects_that_sound.components.video_example_gen.ingest_config import IngestConfig
from objects_that_sound.components.video_example_gen.video import Video

_SHARDS = 64  # enough work units for many workers ...
_FEWEST_EXAMPLES = 128  # ... but no tiny files
# A shard is held in memory while it is put in order.
_MOST_BYTES = 1024 * 100_000
_EXAMPLE_BYTES = 100_000  # the sound, and a frame
_FRAME_BYTES = 30_000  # each further frame


class Shard(NamedTuple):
    """Videos whose examples go into one file.

    Attributes:
        split: name of the split.
        path: of the TFRecord file.
        videos: what goes into it.
    """

    split: str
    path: str
    videos: tuple[Video, ...]


def make_shards(
    split: str, folder: str, videos: Sequence[Video], *, config: IngestConfig
) -> list[Shard]:
    """Mixes a split's videos by the hash of their ids and cuts them into shards of even size.

    Which videos a shard has depends on the videos and the seed only, never on the workers.

    Args:
        split: name of the split.
        folder: where its files go.
        videos: of the split; at least one.
        config: how many examples come from each, their size, and the seed of the order.
    """
    config = config.of_split(split)
    ordered = sorted(videos, key=lambda video: order_key(config.seed, video.video_id))
    example_bytes = _EXAMPLE_BYTES + (config.frames - 1) * _FRAME_BYTES
    most_examples = config.examples_per_shard or _MOST_BYTES // example_bytes
    most = max(1, most_examples // config.examples_per_video)
    fewest = min(most, math.ceil(_FEWEST_EXAMPLES / config.examples_per_video))
    size = min(max(math.ceil(len(ordered) / _SHARDS), fewest), most)
    count = math.ceil(len(ordered) / size)
    bounds = [index * len(ordered) // count for index in range(count + 1)]
    return [
        Shard(
            split,
            posixpath.join(folder, f"data_tfrecord-{index:05d}-of-{count:05d}.gz"),
            tuple(ordered[bounds[index] : bounds[index + 1]]),
        )
        for index in range(count)
    ]


def order_key(seed: int, name: str) -> bytes:
    """A key that sorts names into an order which looks random and is always the same."""
    return hashlib.sha256(f"{seed}/{name}".encode("utf-8", "surrogateescape")).digest()
