"""Runs the pipeline on this machine, with ML Metadata in a file."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import re
from collections.abc import Iterator, Mapping, Sequence

import click
from absl import logging as absl_logging
from tfx import v1 as tfx
from tfx.dsl.compiler.compiler import Compiler
from tfx.dsl.compiler.constants import PIPELINE_RUN_CONTEXT_TYPE_NAME
from tfx.proto.orchestration import pipeline_pb2

from objects_that_sound.components.beam_options import local_beam_pipeline_args
from objects_that_sound.components.video_example_gen.video_list import ListedVideo, write_list
from objects_that_sound.tfx_pipeline.code_version import code_version
from objects_that_sound.tfx_pipeline.continuous.continuous_training import ContinuousTraining
from objects_that_sound.tfx_pipeline.continuous.span_lists import SpanLists
from objects_that_sound.tfx_pipeline.pipeline import create_pipeline
from objects_that_sound.tfx_pipeline.presets.preset import Preset
from objects_that_sound.tfx_pipeline.run_paths import RunPaths


def run_locally(
    preset: Preset,
    videos: Sequence[ListedVideo],
    paths: RunPaths,
    *,
    group_regex: str = "",
    label_regex: str = "",
    ingest_beam_args: Sequence[str] = (),
    warm_start: bool = False,
    label_tree: str = "",
    sound_benchmark: tuple[str, str] | None = None,
    continuous: ContinuousTraining | None = None,
    verbose: bool = False,
) -> None:
    """Runs every component whose inputs changed since the last run under the same root.

    Args:
        preset: what to store, train and ask for.
        videos: as `list_videos` found them.
        paths: where to keep everything.
        group_regex: videos of one group share a split; see IngestConfig.
        label_regex: class from the file name, for evaluation only; see IngestConfig.
        ingest_beam_args: Beam options of VideoExampleGen instead of this machine's.
        warm_start: train on from the latest blessed model.
        label_tree: path of the classes' tree that retrieval is graded by; "" for none.
        sound_benchmark: dataset and folder of the sound benchmark to measure, if any.
        continuous: the span that `videos` are, and how to check it and train; None for a plain run.
        verbose: show TFX's log instead of one line a component.

    Raises:
        Exception: whatever a component raises.
    """
    if continuous is None:
        video_list = paths.video_list
        write_list(videos, video_list)
    else:
        lists = SpanLists(paths.span_lists)
        video_list = lists.pattern
        lists.write(continuous.span, videos)
    pipeline = create_pipeline(
        preset,
        video_list=video_list,
        pipeline_root=paths.pipeline_root,
        serving_dir=paths.serving_dir,
        search_dir=paths.search_dir,
        group_regex=group_regex,
        label_regex=label_regex,
        metadata_connection_config=tfx.orchestration.metadata.sqlite_metadata_connection_config(
            paths.metadata
        ),
        beam_pipeline_args=local_beam_pipeline_args(),
        ingest_beam_args=ingest_beam_args,
        warm_start=warm_start,
        label_tree=label_tree,
        sound_benchmark=sound_benchmark,
        continuous=continuous,
    )
    ir = Compiler().compile(pipeline)
    _note(ir, {"preset": preset.name, **code_version()})
    with _stage_lines(verbose):
        tfx.orchestration.LocalDagRunner().run_with_ir(ir)


def _note(ir: pipeline_pb2.Pipeline, notes: Mapping[str, str]) -> None:
    """Makes ML Metadata keep notes with the run: properties that no cache depends on."""
    for node in ir.nodes:
        for context in node.pipeline_node.contexts.contexts:
            if context.type.name == PIPELINE_RUN_CONTEXT_TYPE_NAME:
                for name, value in notes.items():
                    context.properties[name].field_value.string_value = value


@dataclasses.dataclass
class _StageLines(logging.Handler):
    """Turns LocalDagRunner's log into one line a component."""

    def __post_init__(self):
        super().__init__(logging.INFO)
        self._cached = False

    def __hash__(self):
        return id(self)

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if match := re.fullmatch(r"Component (\S+) is (running|finished)\.", message):
            if match[2] == "running":
                self._cached = False
                click.secho(f"── {match[1]}", bold=True, err=True)
            elif self._cached:
                click.echo("   unchanged: outputs of an earlier run are used", err=True)
        elif message.startswith("A cached execution"):
            self._cached = True


@contextlib.contextmanager
def _stage_lines(verbose: bool) -> Iterator[None]:
    logger = absl_logging.get_absl_logger()
    level, propagate, handlers = logger.level, logger.propagate, list(logger.handlers)
    absl_logging.set_verbosity(absl_logging.INFO)  # the lines are made of INFO records
    lines = _StageLines()
    try:
        if not verbose:
            logger.propagate = False
            for handler in handlers:
                logger.removeHandler(handler)
        logger.addHandler(lines)
        yield
    finally:
        logger.removeHandler(lines)
        for handler in handlers:
            if handler not in logger.handlers:
                logger.addHandler(handler)
        logger.propagate = propagate
        logger.setLevel(level)
