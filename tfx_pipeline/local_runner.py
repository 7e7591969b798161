"""Runs the pipeline on this machine, with ML Metadata in a file."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterator, Mapping, Sequence

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
from objects_that_sound.tfx_pipeline.run_listener import RunListener
from objects_that_sound.tfx_pipeline.run_options import RunOptions
from objects_that_sound.tfx_pipeline.run_paths import RunPaths


def run_locally(
    options: RunOptions,
    videos: Sequence[ListedVideo],
    paths: RunPaths,
    *,
    continuous: ContinuousTraining | None = None,
    listener: RunListener | None = None,
    verbose: bool = False,
    enable_cache: bool = True,
) -> None:
    """Runs every component whose inputs changed since the last run under the same root.

    Args:
        options: what the run is about.
        videos: as `list_videos` found them.
        paths: where to keep everything.
        continuous: the span that `videos` are, and how to check it and train; None for a plain run.
        listener: is told of every component, if given.
        verbose: show TFX's log.
        enable_cache: use outputs of earlier runs whose inputs did not change.

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
        options,
        video_list=video_list,
        pipeline_root=paths.pipeline_root,
        serving_dir=paths.serving_dir,
        search_dir=paths.search_dir,
        metadata_connection_config=tfx.orchestration.metadata.sqlite_metadata_connection_config(
            paths.metadata
        ),
        beam_pipeline_args=local_beam_pipeline_args(),
        continuous=continuous,
        enable_cache=enable_cache,
    )
    ir = Compiler().compile(pipeline)
    _note(ir, {"preset": options.preset, **code_version()})
    with _told_stages(listener or RunListener(), verbose):
        tfx.orchestration.LocalDagRunner().run_with_ir(ir)


def _note(ir: pipeline_pb2.Pipeline, notes: Mapping[str, str]) -> None:
    """Makes ML Metadata keep notes with the run: properties that no cache depends on."""
    for node in ir.nodes:
        for context in node.pipeline_node.contexts.contexts:
            if context.type.name == PIPELINE_RUN_CONTEXT_TYPE_NAME:
                for name, value in notes.items():
                    context.properties[name].field_value.string_value = value


class _Stages(logging.Handler):
    """Tells of each component by LocalDagRunner's log."""

    def __init__(self, listener: RunListener):
        super().__init__(logging.INFO)
        self._listener = listener
        self._cached = False

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if match := re.fullmatch(r"Component (\S+) is (running|finished)\.", message):
            if match[2] == "running":
                self._cached = False
                self._listener.stage_started(match[1])
            elif self._cached:
                self._listener.stage_reused(match[1])
        elif message.startswith("A cached execution"):
            self._cached = True


@contextlib.contextmanager
def _told_stages(listener: RunListener, verbose: bool) -> Iterator[None]:
    logger = absl_logging.get_absl_logger()
    level, propagate, handlers = logger.level, logger.propagate, list(logger.handlers)
    absl_logging.set_verbosity(absl_logging.INFO)  # stages are told by INFO records
    stages = _Stages(listener)
    try:
        if not verbose:
            logger.propagate = False
            for handler in handlers:
                logger.removeHandler(handler)
        logger.addHandler(stages)
        yield
    finally:
        logger.removeHandler(stages)
        for handler in handlers:
            if handler not in logger.handlers:
                logger.addHandler(handler)
        logger.propagate = propagate
        logger.setLevel(level)
