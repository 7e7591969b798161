"""Gives a run that is over its overlay videos."""

from __future__ import annotations

import dataclasses
import pathlib

from objects_that_sound.api.in_process_client import InProcessClient
from objects_that_sound.components.localisation_evaluator.write_samples import SAMPLES_FILE
from objects_that_sound.components.video_example_gen.artifact_names import VIDEOS_NAME
from objects_that_sound.tfx_pipeline.report.collect import metadata_of
from objects_that_sound.tfx_pipeline.report.held_out_clips import held_out_clips_folder
from objects_that_sound.tfx_pipeline.report.json_rows import json_rows
from objects_that_sound.tfx_pipeline.report.make_held_out_clips import make_held_out_clips
from objects_that_sound.tfx_pipeline.report.page import load_json
from objects_that_sound.tfx_pipeline.report.run_records import read_run_records
from objects_that_sound.tfx_pipeline.report.run_summary import RunSummary


def show_held_out_clips(summary: RunSummary, pipeline_name: str) -> RunSummary:
    """Makes the clips of a run's model, unless they are there.

    They show moments for which the localisation evaluator wrote samples, from the video files
    themselves, whose frames are larger than those that a model learns from.

    Args:
        summary: of the run.
        pipeline_name: name of the pipeline.

    Returns:
        The summary with the clips; as it was where the run has no model or no samples.

    Raises:
        OSError: the clips cannot be written, or the model is gone.
    """
    samples = load_json(summary.folder("localisation"), SAMPLES_FILE)
    if summary.held_out_clips is not None or not summary.candidate or not samples:
        return summary
    records = read_run_records(metadata_of(summary.root), pipeline_name, summary.run_id)
    paths = {}
    for artifact in records.nodes["Trainer"].inputs["examples"]:
        for row in json_rows(pathlib.Path(artifact.uri) / VIDEOS_NAME):
            paths[row["video"]] = row["path"]
    with InProcessClient(summary.candidate) as client:
        clips = make_held_out_clips(
            [(one["video_id"], one["time"]) for one in samples],
            paths,
            client,
            held_out_clips_folder(summary.root, summary.candidate),
        )
    return dataclasses.replace(summary, held_out_clips=clips)
