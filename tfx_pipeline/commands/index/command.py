"""The command `ots index`."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from objects_that_sound.components.literal_path import check_literal_path
from objects_that_sound.components.search_indexer.vector_table import DTYPES
from objects_that_sound.tfx_pipeline.commands.client_options import print_result
from objects_that_sound.tfx_pipeline.commands.folder_or_address import FOLDER_OR_ADDRESS
from objects_that_sound.tfx_pipeline.commands.index.collection import (
    examples_artifact,
    ingest_collection,
    rejects_below,
)
from objects_that_sound.tfx_pipeline.commands.index.database_rows import remove_videos, write_rows
from objects_that_sound.tfx_pipeline.commands.index.write_version import write_version
from objects_that_sound.tfx_pipeline.commands.output_switches import progress_hidden, quiet_option

if TYPE_CHECKING:
    from objects_that_sound.components.vector_database.vector_database import VectorDatabase


@click.command("index", context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--model",
    metavar="PATH",
    type=FOLDER_OR_ADDRESS,
    help="Model that embeds: a SavedModel's folder, a folder of numbered versions, or a Model "
    "artifact's folder.",
)
@click.option(
    "--examples",
    metavar="PATH",
    type=FOLDER_OR_ADDRESS,
    help="Collection to index: an Examples artifact's folder, or the ROOT of a run (its latest).",
)
@click.option(
    "--videos",
    multiple=True,
    help="Collection to index, instead of --examples: a folder, file or glob of videos. May be given "
    "several times.",
)
@click.option(
    "--output",
    type=click.Path(file_okay=False),
    help="Folder that gets the index as a new numbered version, for a model server.",
)
@click.option(
    "--to",
    "address",
    metavar="ADDRESS",
    help="Vector database to write to, instead of --output: milvus:///folder/file.db, "
    "milvus://host:port or postgresql://host/name. New and changed videos are written.",
)
@click.option(
    "--remove",
    "removed",
    multiple=True,
    metavar="VIDEO",
    help="Id of a video to remove from the vector database; goes with --to alone. May be given several "
    "times.",
)
@click.option(
    "--split",
    "splits",
    multiple=True,
    help="Split of --examples to index. May be given several times.  [default: all]",
)
@click.option(
    "--examples-per-video",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="Maximum number of moments of each of --videos.",
)
@click.option(
    "--dtype",
    type=click.Choice(DTYPES),
    default=DTYPES[0],
    show_default=True,
    help="Type of the stored numbers. int8 takes half the memory, and finds a little less well.",
)
@click.option(
    "--thumbnail-size",
    type=click.IntRange(min=0),
    default=128,
    show_default=True,
    help="Longest side of the thumbnails, in pixels; 0 for no thumbnails.",
)
@click.option(
    "--batch-size",
    type=click.IntRange(min=1),
    default=32,
    show_default=True,
    help="Number of moments that the model embeds at once.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
@quiet_option
def command(
    model: str | None,
    examples: str | None,
    videos: tuple[str, ...],
    output: str | None,
    address: str | None,
    removed: tuple[str, ...],
    splits: tuple[str, ...],
    examples_per_video: int,
    dtype: str,
    thumbnail_size: int,
    batch_size: int,
    as_json: bool,
    quiet: bool,
) -> None:
    """Embed a collection's frames and sounds, and write an index that a model server answers from.

    The new version appears in OUTPUT when it is whole, so that a server that watches OUTPUT goes
    over to it without a pause. With --to, the vectors go to a vector database instead, which
    `ots search --index ADDRESS` asks.
    """
    if (output is None) == (address is None):
        raise click.UsageError("give either --output or --to")
    if removed:
        if address is None or model or examples or videos:
            raise click.UsageError("--remove goes with --to alone")
        with _connected(address) as searched:
            result, words = remove_videos(searched, removed)
        print_result(result, as_json, words)
        return
    if model is None:
        raise click.UsageError("Missing option '--model'.")
    if (examples is None) == (not videos):
        raise click.UsageError("give either --examples or --videos")
    if videos and splits:
        raise click.UsageError("--split goes with --examples")
    for name in ("dtype", "thumbnail_size"):
        if address is not None and _is_given(name):
            raise click.UsageError(f"--{name.replace('_', '-')} goes with --output")
    try:
        if output is not None:
            check_literal_path(output, "--output")
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    from objects_that_sound.tfx_pipeline.commands.evaluate.find_examples import find_examples

    with contextlib.ExitStack() as stack:
        # A database that can't be reached is found out before anything is ingested.
        database = None if address is None else stack.enter_context(_connected(address))
        folder = stack.enter_context(_work_folder(output))
        try:
            with progress_hidden(quiet):
                collection = (
                    examples_artifact(find_examples(examples))
                    if examples is not None
                    else ingest_collection(videos, model, folder, examples_per_video)
                )
                if database is not None:
                    result, words = write_rows(
                        database, folder, model, collection, splits, batch_size
                    )
                elif output is not None:
                    result, words = write_version(
                        output, folder, model, collection, splits, dtype, thumbnail_size, batch_size
                    )
        except (OSError, RuntimeError, ValueError) as error:
            raise click.ClickException(str(error)) from error
        finally:
            rejects = rejects_below(folder)
            for row in rejects:
                click.echo(f"{row['video']}: {row['reason']}, {row['detail']}", err=True)
    print_result({**result, "rejects": rejects}, as_json, words)


def _connected(address: str) -> VectorDatabase:
    from objects_that_sound.components.vector_database.connect_database import connect_database

    try:
        return connect_database(address)
    except ValueError as error:
        raise click.UsageError(f"--to {error}") from error
    except OSError as error:
        raise click.ClickException(str(error)) from error


def _is_given(name: str) -> bool:
    source = click.get_current_context().get_parameter_source(name)
    return source is not click.core.ParameterSource.DEFAULT


@contextlib.contextmanager
def _work_folder(output: str | None) -> Iterator[str]:
    """A folder for what is not finished, on the same file system as the output; removed."""
    if output is not None:
        os.makedirs(output, exist_ok=True)
    # Model servers look at numbers only.
    folder = tempfile.mkdtemp(prefix=".unfinished-", dir=output)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
