"""A name for what goes into a shard."""

from __future__ import annotations

import hashlib
import json

import av

from objects_that_sound.components.video_example_gen.ingest_config import IngestConfig
from objects_that_sound.components.video_example_gen.ingest_video import annotation_of
from objects_that_sound.components.video_example_gen.shards import Shard

_FORMAT = 2  # raise it when the same videos and parameters give other examples than before
_WITHOUT_EFFECT = {
    "group_regex",
    "label_regex",
    "split_method",
    "val_fraction",
    "examples_per_shard",
    "annotations",
}


def shard_key(shard: Shard, config: IngestConfig) -> str:
    """A hash of all that decides on a shard's examples: equal keys, equal examples.

    In it are the parameters (but those whose effect is in the shard already: on groups, labels,
    splits), each video with its path, size and modification time, its annotation, and the
    version of the decoder. The shard's number is not: it decides on nothing.

    Args:
        shard: with `Video.version` of each video.
        config: what is done with each video.

    Returns:
        64 hexadecimal digits.

    Raises:
        ValueError: an annotations file is broken.
    """
    parameters = {k: v for k, v in config.to_dict().items() if k not in _WITHOUT_EFFECT}
    videos = [(video, annotation_of(video.path, config.annotations)) for video in shard.videos]
    content = json.dumps([_FORMAT, av.__version__, shard.split, parameters, videos], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()
