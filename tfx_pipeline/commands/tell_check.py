"""What `ots videos check` and `ots run --dry-run` print."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

import click

from objects_that_sound.tfx_pipeline.commands.rejects_csv import COLUMNS, write_rejects
from objects_that_sound.tfx_pipeline.run_options import RunOptions


def tell_check(
    options: RunOptions,
    *,
    root: str = ".",
    presets: Sequence[str] = (),
    listen: bool = False,
    csv: str | None = None,
    as_json: bool = False,
    quiet: bool = False,
) -> None:
    """Checks videos by their headers, with progress, and tells what a run would make of them.

    Args:
        options: options of the run.
        root: folder that the run will keep things in.
        presets: names of those whose cost is told besides the run's own.
        listen: whether to compare sounds, too.
        csv: file to write the rejects to, if any.
        as_json: whether to print the facts as JSON instead of sentences.
        quiet: whether to show no progress.

    Raises:
        click.ClickException: there are no such videos, or the file can't be written.
        SystemExit: with status 1 where a run would refuse the videos.
    """
    import tqdm

    from objects_that_sound.tfx_pipeline.video_check.check_sentences import check_sentences
    from objects_that_sound.tfx_pipeline.video_check.check_videos import check_videos

    with tqdm.tqdm(unit="videos", disable=True if quiet else None) as progress:

        def listed(videos: Sequence[Any]) -> None:
            progress.reset(len({video.path for video in videos}))

        try:
            check = check_videos(
                options,
                root=root,
                presets=presets,
                listen=listen,
                listed=listed,
                done=progress.update,
            )
            if csv is not None:
                rows = [(one.path, one.reason, one.detail) for one in check.rejects]
                write_rejects(csv, rows)
        except (OSError, ValueError) as error:
            raise click.ClickException(str(error)) from error
    if as_json:
        facts = dataclasses.asdict(check)
        facts["rejects"] = [
            dict(zip(COLUMNS, (one.path, one.reason, one.detail), strict=True))
            for one in check.rejects
        ]
        facts["suggested"] = check.suggested and check.suggested._asdict()
        facts["costs"] = [cost._asdict() | {"seconds": cost.seconds} for cost in check.costs]
        facts["matches"] = [one._asdict() | {"kinds": one.kinds} for one in check.matches]
        facts |= {"usable": check.usable, "reasons": check.reasons}
        click.echo(json.dumps(facts, indent=2, ensure_ascii=False))
    else:
        for title, sentences in check_sentences(check):
            click.secho(title, bold=True)
            for sentence in sentences:
                click.echo(f"  {sentence}")
        if csv is not None:
            click.echo(f"Rejects: {csv}")
    if check.split_problem:
        raise SystemExit(1)
