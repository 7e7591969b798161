"""The examples to index."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tfx import types


def examples_artifact(folder: str) -> types.Artifact:
    """The Examples artifact of a folder."""
    from tfx.types import artifact_utils, standard_artifacts

    from objects_that_sound.components.evaluation.read_examples import splits

    artifact = standard_artifacts.Examples()
    artifact.uri = folder
    artifact.split_names = artifact_utils.encode_split_names(splits(folder))
    return artifact


def ingest_collection(
    videos: Sequence[str], model: str, folder: str, examples_per_video: int
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


def rejects_below(folder: str) -> list[dict[str, str]]:
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
