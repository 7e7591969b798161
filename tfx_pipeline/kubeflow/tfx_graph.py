"""The TFX pipeline that is compiled for Kubeflow."""

from __future__ import annotations

from tfx import v1 as tfx

from objects_that_sound.components.beam_options import local_beam_pipeline_args
from objects_that_sound.tfx_pipeline.kubeflow.push_destination import PushDestination
from objects_that_sound.tfx_pipeline.kubeflow.video_list_file import VIDEO_LIST
from objects_that_sound.tfx_pipeline.pipeline import create_pipeline
from objects_that_sound.tfx_pipeline.run_options import RunOptions


def tfx_graph(options: RunOptions, destination: PushDestination) -> tfx.dsl.Pipeline:
    """Builds the pipeline of `tfx_pipeline/pipeline.py`.

    Once when compiling, for its steps and what feeds which; and again inside the cluster, for what
    each of them is to do with the parameters of the run.
    """
    return create_pipeline(
        options,
        video_list=f"folder/{VIDEO_LIST}",  # the folder is known where the list is written
        pipeline_root="of the runner",
        serving_dir=destination.serving_dir,
        search_dir=destination.search_dir,
        blessed_dir=destination.blessed_dir,
        beam_pipeline_args=local_beam_pipeline_args(),
    )
