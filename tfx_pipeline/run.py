"""One run from videos to a decision, a served model and a report."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import time
from collections.abc import Iterator, Sequence
from typing import Any

import click

from objects_that_sound.components.data_gate.span_refused_error import SpanRefusedError
from objects_that_sound.components.video_example_gen.ingest_config import IngestConfig
from objects_that_sound.components.video_example_gen.video_list import ListedVideo, list_videos
from objects_that_sound.tfx_pipeline.continuous.continuous_options import ContinuousOptions
from objects_that_sound.tfx_pipeline.continuous.plan_span import SpanPlan, plan_span
from objects_that_sound.tfx_pipeline.continuous.run_lock import run_lock
from objects_that_sound.tfx_pipeline.continuous.span_lists import SpanLists
from objects_that_sound.tfx_pipeline.continuous.span_state import read_span_states
from objects_that_sound.tfx_pipeline.pipeline_name import PIPELINE_NAME
from objects_that_sound.tfx_pipeline.presets.chosen_preset import chosen_preset
from objects_that_sound.tfx_pipeline.presets.preset import Preset
from objects_that_sound.tfx_pipeline.run_paths import RunPaths

NOT_PUSHED = 3
"""Exit status of a run whose model the gate refused."""
SPAN_REFUSED = 4
"""Exit status of a continuous run whose new videos were refused."""


def run(
    root: str,
    videos: list[str],
    preset_name: str,
    *,
    segments: str = "",
    group_regex: str = "",
    label_regex: str = "",
    examples_per_video: int | None = None,
    min_loudness: float | None = None,
    min_avc_accuracy: float | None = None,
    thresholds: Sequence[str] = (),
    annotated: bool = False,
    steps: int | None = None,
    ingest_beam_args: Sequence[str] = (),
    warm_start: bool | None = None,
    label_tree: str = "",
    sound_benchmark: tuple[str, str] | None = None,
    continuous: ContinuousOptions | None = None,
    verbose: bool = False,
    before: dict[str, float] | None = None,
) -> dict[str, Any]:
    """Runs the pipeline, tries the pushed model on the model server and writes the report.

    Args:
        root: folder that keeps everything.
        videos: folders, files and globs, on this machine or remote (gs://, s3://).
        preset_name: a name of PRESETS.
        segments: CSV of the segments to use, or "" for whole videos; see `list_videos`.
        group_regex: see IngestConfig.
        label_regex: see IngestConfig.
        examples_per_video: None for the preset's.
        min_loudness: of an example, in dBFS; see IngestConfig; None for the preset's.
        min_avc_accuracy: the gate's bound on it; None for the preset's.
        thresholds: what the gate asks, instead of the preset's on the same metrics: an evaluator, a
            colon, and a bound; see `parse_evaluator_threshold`.
        annotated: the videos' classes and boxes of what sounds are known, so the gate asks for what
            the preset asks of such.
        steps: of training; None for the preset's.
        ingest_beam_args: Beam options of VideoExampleGen instead of this machine's.
        warm_start: train on from the latest blessed model of this root, if there is one; None: in
            continuous runs only.
        label_tree: path of the classes' tree that retrieval is graded by; "" for none.
        sound_benchmark: dataset and folder of the sound benchmark to measure, if any.
        continuous: ingest and check the new videos only, train on a window of spans; None for a
            plain run.
        verbose: show TFX's log.
        before: seconds of stages that ran before, by name.

    Returns:
        The content of report.json; empty where a continuous run found nothing to do.

    Raises:
        click.ClickException: there are no videos, an option can't be right, or a component failed;
            with the reason.
        SystemExit: with status 3 where the gate refused the model, 4 where the new videos of a
            continuous run were refused.
    """
    try:
        preset = chosen_preset(
            preset_name,
            examples_per_video=examples_per_video,
            min_loudness=min_loudness,
            min_avc_accuracy=min_avc_accuracy,
            thresholds=thresholds,
            annotated=annotated,
            steps=steps,
            sound_benchmark=sound_benchmark is not None,
        )
        ingest = IngestConfig(
            frames=preset.network.frames,
            group_regex=group_regex,
            label_regex=label_regex,
        )
        listed = list_videos(videos, segments)
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    paths = RunPaths.under(root)
    kind = "segments" if segments else "videos"
    click.echo(f"{len(listed)} {kind}, preset {preset.name}, root {root}", err=True)
    missing = sum(not video.size for video in listed)
    if segments and missing:
        click.echo(f"no file for {missing} of them: they are counted as rejects", err=True)

    options: dict[str, Any] = {
        "group_regex": group_regex,
        "label_regex": label_regex,
        "ingest_beam_args": ingest_beam_args,
        "warm_start": continuous is not None if warm_start is None else warm_start,
        "label_tree": label_tree,
        "sound_benchmark": sound_benchmark,
        "verbose": verbose,
    }
    if continuous is None:
        if SpanLists(paths.span_lists).numbers():
            raise click.ClickException(
                f"{root} is trained continuously, in splits of its own: add --continuous, or give "
                "another --root"
            )
        return _run_pipeline(root, preset, listed, options, before=before)
    with _locked(paths):
        plan = _plan(paths, listed, ingest, continuous)
        click.echo(plan.text[0].upper() + plan.text[1:])
        if not plan.span:
            return {}
        accept = continuous.accept_drift or plan.accepted
        spans = (plan.span, dataclasses.replace(continuous, accept_drift=accept))
        return _run_pipeline(root, preset, plan.videos, options, spans=spans, before=before)


@contextlib.contextmanager
def _locked(paths: RunPaths) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(run_lock(paths.lock))
        except BlockingIOError as error:
            raise click.ClickException(
                f"another continuous run is at work in {paths.root}: run again when it has ended"
            ) from error
        yield


def _plan(
    paths: RunPaths,
    listed: Sequence[ListedVideo],
    ingest: IngestConfig,
    continuous: ContinuousOptions,
) -> SpanPlan:
    lists = SpanLists(paths.span_lists)
    if os.path.exists(paths.video_list):
        raise click.ClickException(
            f"{paths.root} has plain runs, with splits of their own: give another --root to a "
            "continuous training"
        )
    try:
        return plan_span(
            lists,
            read_span_states(paths.metadata, PIPELINE_NAME),
            listed,
            ingest,
            min_new_videos=continuous.min_new_videos,
            accept_drift=continuous.accept_drift,
        )
    except ValueError as error:
        raise click.ClickException(str(error)) from error


def _run_pipeline(
    root: str,
    preset: Preset,
    videos: Sequence[ListedVideo],
    options: dict[str, Any],
    *,
    spans: tuple[int, ContinuousOptions] | None = None,
    before: dict[str, float] | None = None,
) -> dict[str, Any]:
    """The run itself; `spans` are the number of the span that `videos` are, and what was asked."""
    # TensorFlow and TFX take half a minute to import: only now, after all that can be told without.
    from objects_that_sound.tfx_pipeline.continuous.continuous_training import ContinuousTraining
    from objects_that_sound.tfx_pipeline.continuous.example_schema import schema_file
    from objects_that_sound.tfx_pipeline.local_runner import run_locally
    from objects_that_sound.tfx_pipeline.report.collect import RunNotFoundError, collect_run
    from objects_that_sound.tfx_pipeline.report.report import write_report
    from objects_that_sound.tfx_pipeline.report.run_summary import Stage
    from objects_that_sound.tfx_pipeline.serving_trial import serving_trial

    paths = RunPaths.under(root)
    continuous = None
    if spans is not None:
        span, asked = spans
        continuous = ContinuousTraining(
            span=span,
            window=asked.window,
            schema_file=schema_file(paths.schemas, preset),
            limits=asked.limits,
            accept_drift=asked.accept_drift,
        )
    try:
        run_locally(preset, videos, paths, continuous=continuous, **options)
    except Exception as error:
        # A failed run gets its report too; ML Metadata does not keep the reason.
        refused = isinstance(error, SpanRefusedError)
        reason = str(error) if refused else f"{type(error).__name__}: {error}"
        with contextlib.suppress(RunNotFoundError):
            write_report(collect_run(root, PIPELINE_NAME, error=reason), root)
        if refused:
            click.secho(f"Refused: {reason}", fg="red")
            click.echo(f"Report: {os.path.join(paths.root, 'report.html')}")
            raise SystemExit(SPAN_REFUSED) from error
        if options["verbose"]:
            raise
        raise click.ClickException(f"{reason}\nRun again with --verbose for the log") from error
    summary = collect_run(root, PIPELINE_NAME)
    stages = [Stage(name, seconds, "run") for name, seconds in (before or {}).items()]
    stages += summary.stages
    serving = None
    if summary.decision.pushed_version is not None:
        click.secho("── Serving trial", bold=True, err=True)
        started = time.monotonic()
        files = list(dict.fromkeys(video.path for video in videos))
        serving = serving_trial(paths.serving_dir, summary.decision.pushed_version, files)
        stages.append(Stage("Serving trial", round(time.monotonic() - started, 1), "run"))
    summary = dataclasses.replace(
        summary, title=f"Preset {preset.name}", serving=serving, stages=tuple(stages)
    )
    report = write_report(summary, root)
    _tell(report, paths)
    if report["pushed_version"] is None:
        raise SystemExit(NOT_PUSHED)
    return report


def _tell(report: dict[str, Any], paths: RunPaths) -> None:
    cached = [stage["name"] for stage in report["stages"] if stage["status"] == "cached"]
    if cached:
        click.echo(f"Reused from an earlier run: {', '.join(cached)}")
    if report["rejects"]:
        click.echo(
            f"{len(report['rejects'])} videos could not be used; the report names them and why"
        )
    if report["pushed_version"] is None:
        click.secho("Not pushed: " + "; ".join(report["reasons"]), fg="red")
    else:
        click.secho(f"Pushed and served version {report['pushed_version']}", fg="green")
        click.echo(f"To search the videos: ots search --index {paths.search_dir} --image ...")
    click.echo(f"Report: {os.path.join(paths.root, 'report.html')}")
