"""`ots index`: makes a collection searchable."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from objects_that_sound.components.literal_path import check_literal_path
from objects_that_sound.components.search_indexer.vector_table import DTYPES

if TYPE_CHECKING:
    from tfx import types


@click.command("index", context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--model",
    required=True,
    metavar="PATH",
    help="What embeds: a SavedModel's folder, a folder of numbered versions, or a Model artifact's "
    "folder.",
)
@click.option(
    "--examples",
    metavar="PATH",
    help="The collection: an Examples artifact's folder, or the ROOT of a run (its latest).",
)
@click.option(
    "--videos",
    multiple=True,
    help="The collection, instead: folder, file or glob of videos. May be given several times.",
)
@click.option(
    "--output",
    required=True,
    type=click.Path(file_okay=False),
    help="Base path of the index for a model server: a new version is added to it.",
)
@click.option(
    "--split",
    "splits",
    multiple=True,
    help="Of --examples: index this one. May be given several times.  [default: all]",
)
@click.option(
    "--examples-per-video",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="Of --videos: at most so many moments of each.",
)
@click.option("--dtype", type=click.Choice(DTYPES), default=DTYPES[0], show_default=True)
@click.option(
    "--thumbnail-size",
    type=click.IntRange(min=0),
    default=128,
    show_default=True,
    help="Longest side in pixels; 0: no thumbnails.",
)
@click.option("--batch-size", type=click.IntRange(min=1), default=32, show_default=True)
def command(
    model: str,
    examples: str | None,
    videos: tuple[str, ...],
    output: str,
    splits: tuple[str, ...],
    examples_per_video: int,
    dtype: str,
    thumbnail_size: int,
    batch_size: int,
) -> None:
    """Embed a collection's frames and sounds and write an index that a model server answers from.

    The new version appears in OUTPUT when it is whole, so that a server that watches OUTPUT goes
    over to it without a pause.
    """
    if (examples is None) == (not videos):
        raise click.UsageError("give either --examples or --videos")
    if videos and splits:
        raise click.UsageError("--split goes with --examples")
    try:
        check_literal_path(output, "--output")
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    from tfx.types import standard_artifacts
    from tfx.utils import path_utils

    from objects_that_sound.components.beam_options import local_beam_pipeline_args
    from objects_that_sound.components.next_version import next_version
    from objects_that_sound.components.search_indexer.executor import ITEMS_PROPERTY, Executor
    from objects_that_sound.tfx_pipeline.commands.evaluate.find_examples import find_examples

    with _work_folder(output) as folder:
        index, trained = standard_artifacts.Model(), standard_artifacts.Model()
        index.uri, trained.uri = os.path.join(folder, "index"), model
        try:
            collection = (
                _artifact(find_examples(examples))
                if examples is not None
                else _ingest(videos, model, folder, examples_per_video)
            )
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
        except (OSError, RuntimeError, ValueError) as error:
            raise click.ClickException(str(error)) from error
        version = os.path.join(output, next_version(output))
        os.rename(path_utils.serving_model_dir(index.uri), version)
    count = index.get_int_custom_property(ITEMS_PROPERTY)
    click.echo(f"{version}: {count} frames and their sounds")


@contextlib.contextmanager
def _work_folder(output: str) -> Iterator[str]:
    """A folder for what is not finished, on the same file system as the output; removed."""
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
    finally:
        for row in _rejects(folder):
            click.echo(f"{row['video']}: {row['reason']}, {row['detail']}", err=True)
    return collection


def _rejects(folder: str) -> list[dict[str, str]]:
    """The videos that ingest could not use."""
    from objects_that_sound.components.video_example_gen.executor import REJECTS_NAME, STORE_NAME

    for below in ("examples", STORE_NAME):
        path = os.path.join(folder, below, REJECTS_NAME)
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                return [json.loads(line) for line in file]
    return []
