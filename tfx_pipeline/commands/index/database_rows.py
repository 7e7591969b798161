"""Writing to an index in a vector database, and removing from it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from tfx import types

    from objects_that_sound.components.vector_database.vector_database import VectorDatabase


def write_rows(
    database: VectorDatabase,
    folder: str,
    model: str,
    collection: types.Artifact,
    splits: Sequence[str],
    batch_size: int,
) -> tuple[dict[str, Any], str]:
    """Brings a database up to date; returns what was done, for programs and in words."""
    import apache_beam as beam

    from objects_that_sound.components.beam_options import local_beam_pipeline_args
    from objects_that_sound.components.search_indexer.executor import example_files
    from objects_that_sound.components.vector_database.write_collection import write_collection

    options = beam.options.pipeline_options.PipelineOptions(local_beam_pipeline_args())
    done = write_collection(
        database,
        example_files([collection], list(splits)),
        model,
        work_folder=os.path.join(folder, "embedded"),
        pipeline=beam.Pipeline(options=options),
        batch_size=batch_size,
    )
    words = (
        f"{database.address}: {done.moments} frames and their sounds in version "
        f"{done.version.number}. Videos written: {done.changed}, there already: {done.unchanged}."
    )
    if done.before:
        words += (
            f" The version is the first of this model, and holds this collection only. The one "
            f"before, of another model, held {done.before}."
        )
    result = {
        "index": database.address,
        "version": done.version.number,
        "moments": done.moments,
        "changed_videos": done.changed,
        "unchanged_videos": done.unchanged,
    }
    return result, words


def remove_videos(database: VectorDatabase, videos: Sequence[str]) -> tuple[dict[str, Any], str]:
    """Removes videos from the newest version; returns what is left, as `write_rows` does.

    Raises:
        click.ClickException: the database lacks one of them, or fails.
    """
    try:
        with database.writing():
            version = database.newest()
            stored = database.stored(version, videos)
            if missing := [video for video in videos if video not in stored]:
                raise click.ClickException(
                    f"{database.address} has no video {', '.join(missing)}. Nothing was removed."
                )
            database.delete(version, dict.fromkeys(videos))
            database.finish(version)
            count = database.count(version)
    except OSError as error:
        raise click.ClickException(str(error)) from error
    result = {"index": database.address, "version": version.number, "moments": count}
    return result, f"{database.address}: {count} frames and their sounds are left"
