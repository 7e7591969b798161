"""One run from videos to a decision, a served model and a report."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from objects_that_sound.components.data_gate.span_refused_error import SpanRefusedError
from objects_that_sound.components.evaluation.dataset_and_folder import dataset_and_folder
from objects_that_sound.components.literal_path import check_literal_path
from objects_that_sound.components.video_example_gen.check_groups import check_groups
from objects_that_sound.components.video_example_gen.name_matches import NameMatches, name_matches
from objects_that_sound.components.video_example_gen.video_list import ListedVideo, list_videos
from objects_that_sound.tfx_pipeline.continuous.continuous_options import ContinuousOptions
from objects_that_sound.tfx_pipeline.continuous.plan_span import SpanPlan, plan_span
from objects_that_sound.tfx_pipeline.continuous.span_lists import SpanLists
from objects_that_sound.tfx_pipeline.continuous.span_state import read_span_states
from objects_that_sound.tfx_pipeline.pipeline_name import PIPELINE_NAME
from objects_that_sound.tfx_pipeline.remote_root.remote_root import remote_root
from objects_that_sound.tfx_pipeline.remote_root.work_folder import is_address, work_folder
from objects_that_sound.tfx_pipeline.run_error import RunError
from objects_that_sound.tfx_pipeline.run_listener import RunListener
from objects_that_sound.tfx_pipeline.run_lock import run_lock
from objects_that_sound.tfx_pipeline.run_options import RunOptions
from objects_that_sound.tfx_pipeline.run_outcome import RunOutcome
from objects_that_sound.tfx_pipeline.run_paths import RunPaths
from objects_that_sound.tfx_pipeline.servable_candidate import make_servable
from objects_that_sound.tfx_pipeline.stage_failed_error import StageFailedError

# What systems and libraries say of a full disk, as TensorFlow and ML Metadata pass it on.
_NO_SPACE = "No space left on device", "Disk quota exceeded", "disk is full"


def run(
    options: RunOptions,
    root: str,
    *,
    continuous: ContinuousOptions | None = None,
    listener: RunListener | None = None,
    verbose: bool = False,
    prepare: Callable[[], Mapping[str, float]] | None = None,
    enable_cache: bool = True,
    forget_missing: bool = False,
) -> RunOutcome:
    """Runs the pipeline and writes the report. One run at a time works in a root.

    Args:
        options: what the run is about.
        root: folder that keeps everything, or its address on object storage.
        continuous: ingest and check the new videos only, train on a window of spans; None for a
            plain run.
        listener: is told of every stage, if given.
        verbose: show TFX's log.
        prepare: is called first, once no other run is at work in the root; returns the seconds of
            its stages by their names.
        enable_cache: use outputs of earlier runs whose inputs did not change.
        forget_missing: go on without the blessed model, and without the accepted spans, whose folders
            are gone.

    Raises:
        RunError: there are no videos or too few, a pattern matches none of their names, a benchmark
            or tree of classes can't be used, the root can't be one, is another kind of run's or another run is at work in it, or what the run
            needs of earlier ones is gone; says which.
        StageFailedError: a component failed.
    """
    listener = listener or RunListener()
    options = _with_absolute_paths(options)
    listed: list[ListedVideo] = []
    matches: list[NameMatches] = []
    before: Mapping[str, float] = {}
    elsewhere = [arg for arg in options.beam_args if re.match("--runner=(?!Direct)", arg)]
    if elsewhere and is_address(root):
        raise RunError(
            f"with {elsewhere[0]} other machines ingest, and they don't see the folder in which this one "
            f"works on {root}: give a --root that all of them mount"
        )
    with _told_as_run_errors():
        options.check_files()
        check_literal_path(work_folder(root), "--root", spans=continuous is not None)
        if prepare is None:
            listed, matches = _list(options)
        paths = RunPaths.under(root)
    with run_lock(paths.lock), remote_root(root, paths, listener):
        if prepare is not None:
            before = prepare()
            with _told_as_run_errors():
                listed, matches = _list(options)
        listener.videos_listed(listed)
        for one in matches:
            listener.names_matched(one)
        run_pipeline = functools.partial(
            _run_pipeline,
            options,
            paths=paths,
            listener=listener,
            verbose=verbose,
            before=before,
            enable_cache=enable_cache,
            forget_missing=forget_missing,
        )
        if continuous is None:
            if SpanLists(paths.span_lists).numbers():
                raise RunError(
                    f"{root} is trained continuously, in splits of its own: go on with ots continue, "
                    "or give another --root"
                )
            with _told_as_run_errors():
                check_groups(listed, options.ingest_config())
            return run_pipeline(listed)
        plan = _plan(options, listed, paths, continuous)
        listener.span_planned(plan.text[0].upper() + plan.text[1:])
        if not plan.span:
            return RunOutcome(paths)
        accept = continuous.accept_drift or plan.accepted
        asked = dataclasses.replace(continuous, accept_drift=accept)
        return run_pipeline(plan.videos, span=(plan.span, asked))


def _list(options: RunOptions) -> tuple[list[ListedVideo], list[NameMatches]]:
    listed = list_videos(options.videos, options.segments, options.eval_videos)
    return listed, name_matches(listed, options.ingest_config())


@contextlib.contextmanager
def _told_as_run_errors() -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        raise RunError(str(error)) from error


def _with_absolute_paths(options: RunOptions) -> RunOptions:
    """What is computed anew depends on the paths: they must not depend on the working directory."""
    instead: dict[str, Any] = {}
    if options.label_tree:
        instead["label_tree"] = os.path.abspath(options.label_tree)
    for name in ("sound_benchmark", "localisation_benchmark"):
        dataset, folder = dataset_and_folder(getattr(options, name))
        if dataset:
            instead[name] = f"{dataset}:{os.path.abspath(folder)}"
    return dataclasses.replace(options, **instead)


def _plan(
    options: RunOptions,
    listed: Sequence[ListedVideo],
    paths: RunPaths,
    continuous: ContinuousOptions,
) -> SpanPlan:
    if options.eval_videos:
        raise RunError(
            "--eval-videos is for plain runs: in a continuous training each group keeps the split that "
            "it was dealt into"
        )
    if os.path.exists(paths.video_list):
        raise RunError(
            f"{paths.root} has plain runs, with splits of their own: give another --root to a "
            "continuous training"
        )
    try:
        return plan_span(
            SpanLists(paths.span_lists),
            read_span_states(paths.metadata, PIPELINE_NAME),
            listed,
            options.ingest_config(),
            min_new_videos=continuous.min_new_videos,
            accept_drift=continuous.accept_drift,
        )
    except ValueError as error:
        raise RunError(str(error)) from error


def _run_pipeline(
    options: RunOptions,
    videos: Sequence[ListedVideo],
    *,
    paths: RunPaths,
    listener: RunListener,
    verbose: bool,
    before: Mapping[str, float],
    enable_cache: bool,
    forget_missing: bool,
    span: tuple[int, ContinuousOptions] | None = None,
) -> RunOutcome:
    """The run itself; `span` is the number of the one that `videos` are, and what was asked."""
    # TensorFlow and TFX take half a minute to import: only now, after all that can be told without.
    from objects_that_sound.components.next_version import next_version
    from objects_that_sound.serving.client.model_server_error import ModelServerError
    from objects_that_sound.tfx_pipeline.continuous.continuous_training import ContinuousTraining
    from objects_that_sound.tfx_pipeline.continuous.example_schema import schema_file
    from objects_that_sound.tfx_pipeline.local_runner import run_locally
    from objects_that_sound.tfx_pipeline.past_artifacts import take_up_past
    from objects_that_sound.tfx_pipeline.report.collect import RunNotFoundError, collect_run
    from objects_that_sound.tfx_pipeline.report.model_card import write_model_card
    from objects_that_sound.tfx_pipeline.report.model_facts import write_model_facts
    from objects_that_sound.tfx_pipeline.report.report import write_report
    from objects_that_sound.tfx_pipeline.report.run_summary import Stage
    from objects_that_sound.tfx_pipeline.report.show_held_out_clips import show_held_out_clips

    preset = options.chosen_preset()
    continuous = None
    if span is not None:
        number, asked = span
        continuous = ContinuousTraining(
            span=number,
            window=asked.window,
            schema_file=schema_file(paths.schemas, preset),
            limits=asked.limits,
            accept_drift=asked.accept_drift,
        )
    with _told_as_run_errors():
        for folder in (paths.serving_dir, paths.search_dir):
            next_version(folder)  # a run that could not push is not begun
    take_up_past(paths, continuous, listener, forget_missing=forget_missing)
    try:
        run_locally(
            options,
            videos,
            paths,
            continuous=continuous,
            listener=listener,
            verbose=verbose,
            enable_cache=enable_cache,
        )
    except Exception as error:
        # A failed run gets its report too; ML Metadata does not keep the reason.
        refused = isinstance(error, SpanRefusedError)
        reason = str(error) if refused else _failure(error, paths.root)
        report = {}
        try:
            with contextlib.suppress(RunNotFoundError):
                summary = collect_run(paths.root, PIPELINE_NAME, error=reason)
                report = write_report(summary, paths.root)
        except OSError as unwritten:  # which must not hide why the run failed
            listener.left_out(f"The report could not be written: {unwritten}")
        if refused:
            return RunOutcome(paths, report, videos_refused=reason)
        raise StageFailedError(reason) from error
    listener.stage_started("Report")
    summary = collect_run(paths.root, PIPELINE_NAME)
    # The run is whole without what comes with its report.
    try:
        summary = show_held_out_clips(summary, PIPELINE_NAME)
    except (OSError, RuntimeError, ValueError, ModelServerError) as error:
        listener.left_out(f"The report has no videos of held-out clips: {error}")
    decision = summary.decision
    versions = [decision.pushed_destination, decision.pushed_index]
    if decision.pushed_version is None:
        versions = [make_servable(summary.candidate)]
    stages = [Stage(name, seconds, "run") for name, seconds in before.items()]
    stages += summary.stages
    summary = dataclasses.replace(summary, title=f"Preset {preset.name}", stages=tuple(stages))
    try:
        if decision.pushed_destination is not None:
            write_model_card(summary, options.data_license)
        for version in versions:
            if version is not None:
                write_model_facts(summary, version)
    except OSError as error:
        listener.left_out(
            f"The model card, or facts beside the model, could not be written: {error}"
        )
    try:
        return RunOutcome(paths, write_report(summary, paths.root))
    except OSError as error:
        raise RunError(
            f"all is done, but the report could not be written: {_failure(error, paths.root)}"
        ) from error


def _failure(error: Exception, root: str) -> str:
    """Why a run failed, in a line."""
    if any(sign in str(error) for sign in _NO_SPACE):
        return (
            f"no space is left on the disk of {root}. Free some, for instance by `ots clean --root "
            f"{root}`, then give the same command again: it goes on from there"
        )
    return f"{type(error).__name__}: {error}"
