"""From files of examples to an index in a database."""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections import Counter
from collections.abc import Sequence

import apache_beam as beam

from objects_that_sound.components.evaluation.saved_model_path import saved_model_path
from objects_that_sound.components.search_indexer.embed_files import embed_files
from objects_that_sound.components.vector_database.index_version import IndexVersion
from objects_that_sound.components.vector_database.model_identity import model_identity
from objects_that_sound.components.vector_database.moments import Moments
from objects_that_sound.components.vector_database.vector_database import VectorDatabase
from objects_that_sound.components.vector_database.video_digests import (
    VideoDigest,
    video_digests,
)

_KEPT = 2
"""Published versions that stay: the newest, and the one that searches may still be using."""

_ASKED = 10_000
"""Videos that the database is asked about at once."""


@dataclasses.dataclass(frozen=True)
class WrittenCollection:
    """What was done.

    Attributes:
        version: that searches use now.
        begun: whether the version is new, as the first one of its model.
        moments: how many it holds.
        before: how many the newest version before it holds, where it is new; 0 for none.
        changed: how many videos were embedded and written.
        unchanged: how many videos of the collection were there already.
    """

    version: IndexVersion
    begun: bool
    moments: int
    before: int
    changed: int
    unchanged: int


def write_collection(
    database: VectorDatabase,
    files: Sequence[str],
    model: str,
    *,
    work_folder: str,
    pipeline: beam.Pipeline,
    batch_size: int = 32,
) -> WrittenCollection:
    """Brings an index in a database up to date with a collection.

    Videos that are new or changed are embedded and written; those that are there stay, also those
    which the collection lacks. The first collection of another model becomes a version of its own,
    which searches see when it is whole. What a stopped call has written is not done again.

    Args:
        database: to write to.
        files: gzipped TFRecords of the contract of `models.examples`.
        model: path of a SavedModel with `embed_image` and `embed_audio`; see `saved_model_path`.
        work_folder: for what Beam's workers hand over; all of them must see it. Removed.
        pipeline: to run; an empty one.
        batch_size: examples a call of the model.

    Raises:
        DatabaseError: the database can't do it.
        FileNotFoundError: there is no model.
        ValueError: there are no examples, an embedding is not finite, or the model has no identity.
        RuntimeError: Beam lost a file.
    """
    folder = saved_model_path(model)
    if "://" not in folder:  # searches may be asked from another folder
        folder = os.path.abspath(folder)
    identity = model_identity(folder)
    digests = video_digests(files)
    if not digests:
        raise ValueError("there are no examples to index")
    with database.writing():
        versions = database.versions()
        before = [version for version in versions if version.published]
        version = next((v for v in reversed(versions) if v.model == identity), None)
        changed = digests if version is None else _changed(database, version, digests)
        if changed:
            parts = embed_files(
                files,
                folder,
                work_folder=work_folder,
                pipeline=pipeline,
                batch_size=batch_size,
                videos=changed.keys(),
            )
            numbers: Counter[str] = Counter()
            for items in parts:
                image, audio = items.image.vectors(), items.audio.vectors()
                if version is None:
                    version = database.begin(identity, folder, image.shape[1])
                videos = [str(video) for video in items.ids]
                own = [digests[video].digest for video in videos]
                keys = []
                for video, digest in zip(videos, own, strict=True):
                    # Two copies of a video have one digest, but not one key.
                    keys.append(f"{digest}-{_short(video)}-{numbers[video]:06d}")
                    numbers[video] += 1
                labels = [str(label) for label in items.labels]
                times = [float(time) for time in items.times]
                moments = Moments(keys, videos, own, times, labels, image, audio)
                database.write(version, moments)
        assert version is not None  # there are examples
        if changed:
            database.delete(version, {video: own.digest for video, own in changed.items()})
        database.finish(version)  # though nothing changed: it may be what was stopped before
        begun = not version.published
        if begun:
            database.publish(version)
            _drop_old(database)
        return WrittenCollection(
            dataclasses.replace(version, published=True),
            begun,
            moments=database.count(version),
            before=database.count(before[-1]) if begun and before else 0,
            changed=len(changed),
            unchanged=len(digests) - len(changed),
        )


def _short(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _changed(
    database: VectorDatabase, version: IndexVersion, digests: dict[str, VideoDigest]
) -> dict[str, VideoDigest]:
    """The videos that are not in a version as they are, and wholly."""
    changed = {}
    videos = list(digests)
    for start in range(0, len(videos), _ASKED):
        asked = videos[start : start + _ASKED]
        stored = database.stored(version, asked)
        for video in asked:
            digest, count = digests[video]
            if stored.get(video) != Counter({digest: count}):
                changed[video] = digests[video]
    return changed


def _drop_old(database: VectorDatabase) -> None:
    """Removes all versions but the newest published ones, and what other models left unfinished."""
    versions = database.versions()
    kept = [version.number for version in versions if version.published][-_KEPT:]
    for version in versions:
        if version.number not in kept:
            database.drop(version)
