"""What each video of a collection is made of, without embedding it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from objects_that_sound.components.evaluation import example_fields
from objects_that_sound.components.evaluation.read_examples import read_files
from objects_that_sound.models import examples as contract

_BYTES = 16


class VideoDigest(NamedTuple):
    """A video's moments in short.

    Attributes:
        digest: 32 hexadecimal digits; others for other frames, sounds, times or classes.
        moments: how many moments the video has.
    """

    digest: str
    moments: int


def video_digests(files: Sequence[str]) -> dict[str, VideoDigest]:
    """Reads files of examples and digests each video, in whichever order its moments stand.

    Args:
        files: gzipped TFRecords of the contract of `models.examples`.

    Returns:
        By the video's id, in the order of the files.
    """
    sums: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for example in read_files(files):
        video = example_fields.video_id(example)
        parts = (
            repr(example[contract.VIDEO_TIME][0]).encode(),
            example_fields.label(example).encode(),
            example[contract.IMAGE][0],
            example[contract.AUDIO][0],
            *example.get(contract.FRAMES, []),
        )
        sums[video] += int.from_bytes(_hash(parts))
        counts[video] += 1
    return {
        video: VideoDigest(f"{total % 256**_BYTES:0{2 * _BYTES}x}", counts[video])
        for video, total in sums.items()
    }


def _hash(parts: Iterable[bytes]) -> bytes:
    hash_ = hashlib.blake2b(digest_size=_BYTES)
    for part in parts:
        hash_.update(len(part).to_bytes(8))
        hash_.update(part)
    return hash_.digest()
