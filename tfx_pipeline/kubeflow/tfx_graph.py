"""The TFX pipeline that is compiled for Kubeflow."""

from __future__ import annotations

from tfx import v1 as tfx

from objects_that_sound.components.beam_options import local_beam_pipeline_args
from objects_that_sound.tfx_pipeline.kubeflow.graph_options import GraphOptions
from objects_that_sound.tfx_pipeline.kubeflow.run_parameters import RunParameters
from objects_that_sound.tfx_pipeline.kubeflow.video_list_file import VIDEO_LIST
from objects_that_sound.tfx_pipeline.pipeline import create_pipeline


def tfx_graph(parameters: RunParameters, options: GraphOptions) -> tfx.dsl.Pipeline:
    """Builds the pipeline of `tfx_pipeline/pipeline.py`.

    Once when compiling, for its steps and what feeds which; and again inside the cluster, for what
    each of them is to do with the parameters of the run.

    Raises:
        ValueError: a parameter can't be right; says which and what to do.
    """
    return create_pipeline(
        parameters.chosen_preset(options.sound_benchmark is not None),
        video_list=f"folder/{VIDEO_LIST}",  # the folder is known where the list is written
        pipeline_root="of the runner",
        serving_dir=parameters.serving_dir,
        search_dir=parameters.search_dir,
        blessed_dir=parameters.blessed_dir,
        group_regex=parameters.group_regex,
        label_regex=parameters.label_regex,
        beam_pipeline_args=local_beam_pipeline_args(),
        ingest_beam_args=options.ingest_beam_args,
        warm_start=options.warm_start,
        sound_benchmark=options.sound_benchmark,
    )
