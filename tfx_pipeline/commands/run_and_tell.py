"""What `ots run`, `ots continue` and `ots demo` print of a run, and how they end."""

from __future__ import annotations

import functools
import json
import os
import time
from collections.abc import Sequence
from typing import Any

import click

from objects_that_sound.components.video_example_gen.name_matches import NameMatches
from objects_that_sound.components.video_example_gen.video_list import ListedVideo
from objects_that_sound.tfx_pipeline.commands.advice_text import tell_advice
from objects_that_sound.tfx_pipeline.commands.exit_status import NOT_PUSHED, VIDEOS_REFUSED
from objects_that_sound.tfx_pipeline.commands.output_switches import progress_hidden
from objects_that_sound.tfx_pipeline.commands.stopped import Stopped
from objects_that_sound.tfx_pipeline.continuous.continuous_options import ContinuousOptions
from objects_that_sound.tfx_pipeline.report.advice.words import duration
from objects_that_sound.tfx_pipeline.run import run
from objects_that_sound.tfx_pipeline.run_error import RunError
from objects_that_sound.tfx_pipeline.run_listener import RunListener
from objects_that_sound.tfx_pipeline.run_options import RunOptions
from objects_that_sound.tfx_pipeline.run_outcome import RunOutcome
from objects_that_sound.tfx_pipeline.stage_failed_error import StageFailedError


def run_and_tell(
    options: RunOptions,
    root: str,
    *,
    continuous: ContinuousOptions | None = None,
    as_json: bool = False,
    quiet: bool = False,
    **how: Any,
) -> None:
    """Runs the pipeline, and tells of its stages and of its end.

    Args:
        options: see `run`, as for all arguments that do not stand here.
        root: see `run`.
        continuous: see `run`.
        as_json: whether to print the report as JSON, and the words to stderr.
        quiet: whether to tell of the end only.

    Raises:
        click.ClickException: the run can't begin, or a component failed; with the reason.
        SystemExit: with status 3 where the gate refused the model, 4 where the new videos of a
            continuous run were refused.
    """
    printer = _Printer(options, root, as_json)
    try:
        with progress_hidden(quiet):
            outcome = run(options, root, continuous=continuous, listener=printer, **how)
            printer.stage_ended()
    except StageFailedError as error:
        if how.get("verbose"):
            raise
        raise click.ClickException(f"{error}\nRun again with --verbose for the log") from error
    except RunError as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        raise Stopped(
            f"Stopped. What was decoded, the stages that are done and the training up to now are "
            f"kept in {root}: the same command goes on from there."
        ) from None
    if as_json:
        click.echo(json.dumps(outcome.report, indent=2))
    with progress_hidden(as_json and quiet):
        _tell(outcome, err=as_json)


class _Printer(RunListener):
    """Prints a line as a stage begins, and how long it took."""

    def __init__(self, options: RunOptions, root: str, as_json: bool = False):
        self._options = options
        self._root = root
        self._as_json = as_json
        self._began: float | None = None

    def videos_listed(self, videos: Sequence[ListedVideo]) -> None:
        kind = "segments" if self._options.segments else "videos"
        preset = self._options.preset
        click.echo(f"{len(videos)} {kind}, preset {preset}, root {self._root}", err=True)
        missing = sum(not video.size for video in videos)
        if self._options.segments and missing:
            click.echo(f"no file for {missing} of them: they are counted as rejects", err=True)

    def names_matched(self, matches: NameMatches) -> None:
        click.secho(matches.text, fg="yellow" if matches.missed else None, err=True)

    def span_planned(self, plan: str) -> None:
        # All that there is to tell, where nothing is to be done.
        click.echo(plan, err=self._as_json)

    def root_moved(self, was: str) -> None:
        click.echo(f"the root was {was} before: everything is computed anew this once", err=True)

    def root_copied(self, what: str) -> None:
        click.echo(what, err=True)

    def stage_started(self, name: str) -> None:
        self.stage_ended()
        self._began = time.monotonic()
        click.secho(f"── {name}", bold=True, err=True)

    def stage_reused(self, name: str) -> None:
        self._began = None
        click.echo("   unchanged: outputs of an earlier run are used", err=True)

    def stage_ended(self) -> None:
        """Says how long the stage took that is at work, if one is."""
        if self._began is not None:
            click.echo(f"   {duration(time.monotonic() - self._began)}", err=True)
            self._began = None

    def left_out(self, what: str) -> None:
        click.secho(f"   {what}", fg="yellow", err=True)


def _tell(outcome: RunOutcome, err: bool) -> None:
    echo = functools.partial(click.echo, err=err)
    report, paths = outcome.report, outcome.paths
    page = f"Report: {os.path.join(paths.root, 'report.html')}"
    if outcome.videos_refused:
        click.secho(f"Refused: {outcome.videos_refused}", fg="red", err=err)
        echo(page)
        raise SystemExit(VIDEOS_REFUSED)
    if not report:
        return
    cached = [stage["name"] for stage in report["stages"] if stage["status"] == "cached"]
    if cached:
        echo(f"Reused from an earlier run: {', '.join(cached)}")
    if report["rejects"]:
        echo(f"{len(report['rejects'])} videos could not be used; the report names them and why")
    tell_advice(report["advice"], err)
    if report["pushed_version"] is None:
        echo(page)
        raise SystemExit(NOT_PUSHED)
    echo(f"To search the videos: ots search --index {paths.search_dir} --image ...")
    echo(page)
