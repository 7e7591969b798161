"""`ots index`: makes a collection searchable."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from objects_that_sound.components.literal_path import check_literal_path
from objects_that_sound.components.search_indexer.vector_table import DTYPES
from objects_that_sound.tfx_pipeline.commands.client_options import print_result
from objects_that_sound.tfx_pipeline.commands.folder_or_address import FOLDER_OR_ADDRESS
from objects_that_sound.tfx_pipeline.commands.output_switches import progress_hidden, quiet_option

if TYPE_CHECKING:
    from tfx import types

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
        result, words = _remove(address, removed)
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
                    _artifact(find_examples(examples))
                    if examples is not None
                    else _ingest(videos, model, folder, examples_per_video)
                )
                result, words = (
                    _write_version(
                        output, folder, model, collection, splits, dtype, thumbnail_size, batch_size
                    )
                    if database is None
                    else _write_rows(database, folder, model, collection, splits, batch_size)
                )
        except (OSError, RuntimeError, ValueError) as error:
            raise click.ClickException(str(error)) from error
        finally:
            rejects = _rejects(folder)
            for row in rejects:
                click.echo(f"{row['video']}: {row['reason']}, {row['detail']}", err=True)
    print_result({**result, "rejects": rejects}, as_json, words)


def _write_version(
    output: str | None,
    folder: str,
    model: str,
    collection: types.Artifact,
    splits: tuple[str, ...],
    dtype: str,
    thumbnail_size: int,
    batch_size: int,
) -> tuple[dict[str, Any], str]:
    """Writes the index as a SavedModel; returns what it holds, for programs and in words."""
    from tfx.types import standard_artifacts
    from tfx.utils import path_utils

    from objects_that_sound.components.beam_options import local_beam_pipeline_args
    from objects_that_sound.components.next_version import next_version
    from objects_that_sound.components.search_indexer.executor import ITEMS_PROPERTY, Executor

    assert output is not None
    index, trained = standard_artifacts.Model(), standard_artifacts.Model()
    index.uri, trained.uri = os.path.join(folder, "index"), model
    Executor(Executor.Context(beam_pipeline_args=local_beam_pipeline_args())).Do(
        {"examples": [collection], "model": [trained]},
        {"index": [index]},
        {
            "splits": json.dumps(splits),
            "dtype": dtype,
            "thumbnail_size": thumbnail_size,
            "batch_size": batch_size,
        },
    )
    version = os.path.join(output, next_version(output))
    os.rename(path_utils.serving_model_dir(index.uri), version)
    count = index.get_int_custom_property(ITEMS_PROPERTY)
    return {"index": version, "moments": count}, f"{version}: {count} frames and their sounds"


def _write_rows(
    database: VectorDatabase,
    folder: str,
    model: str,
    collection: types.Artifact,
    splits: tuple[str, ...],
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


def _remove(address: str, videos: tuple[str, ...]) -> tuple[dict[str, Any], str]:
    """Removes videos from the index in a database; returns what is left, as `_write_rows` does."""
    with _connected(address) as database:
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


def _artifact(folder: str) -> types.Artifact:
    """The Examples artifact of a folder."""
    from tfx.types import artifact_utils, standard_artifacts

    from objects_that_sound.components.evaluation.read_examples import splits

    artifact = standard_artifacts.Examples()
    artifact.uri = folder
    artifact.split_names = artifact_utils.encode_split_names(splits(folder))
    return artifact


def _ingest(
    videos: tuple[str, ...], model: str, folder: str, examples_per_video: int
) -> types.Artifact:
    """Makes the examples that the model wants of all videos."""
    from tfx.proto import example_gen_pb2
    from tfx.types import standard_artifacts

    from objects_that_sound.components.beam_options import local_beam_pipeline_args
    from objects_that_sound.components.evaluation.saved_model import SavedModel
    from objects_that_sound.components.video_example_gen.component import VideoExampleGen
    from objects_that_sound.components.video_example_gen.executor import Executor
    from objects_that_sound.components.video_example_gen.video_list import write_video_list
    from objects_that_sound.models import examples as contract

    described = SavedModel(model).call("describe", {"query": [b""]})
    video_list = os.path.join(folder, "videos", "videos.csv")
    write_video_list(list(videos), video_list)
    split = example_gen_pb2.SplitConfig.Split(name="all", hash_buckets=1)
    component = VideoExampleGen(
        video_list=video_list,
        output_config=example_gen_pb2.Output(
            split_config=example_gen_pb2.SplitConfig(
                splits=[split], partition_feature_name=contract.VIDEO_GROUP
            )
        ),
        examples_per_video=examples_per_video,
        frames=int(described.get("frames", [1])[0]),
        image_size=int(described["image_size"][0]),
        sample_rate=int(described["sample_rate"][0]),
    )
    collection = standard_artifacts.Examples()
    collection.uri = os.path.join(folder, "examples")
    os.makedirs(collection.uri)
    context = Executor.Context(beam_pipeline_args=local_beam_pipeline_args())
    try:
        Executor(context).Do({}, {"examples": [collection]}, component.exec_properties)
    except RuntimeError as error:  # it names a file that does not outlive this
        raise click.ClickException("no video could be used") from error
    return collection


def _rejects(folder: str) -> list[dict[str, str]]:
    """The videos that ingest could not use."""
    from objects_that_sound.components.video_example_gen.artifact_names import (
        REJECTS_NAME,
        STORE_NAME,
    )

    for below in ("examples", STORE_NAME):
        path = os.path.join(folder, below, REJECTS_NAME)
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                return [json.loads(line) for line in file]
    return []
