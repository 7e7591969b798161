"""What `ots score` and `ots embed` do with many videos: one table of all their moments."""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from objects_that_sound.serving.launcher.usable_processors import usable_processors
from objects_that_sound.tfx_pipeline.commands.rejects_csv import COLUMNS, write_rejects
from objects_that_sound.tfx_pipeline.commands.stopped import Stopped

if TYPE_CHECKING:
    from objects_that_sound.api.video_table import Question
    from objects_that_sound.serving.client.model_client import ModelClient

_EVERY = 1.0
"""Seconds from moment to moment, where nobody says."""


def table_options(function: Callable) -> Callable:
    """Adds the argument VIDEOS, `--output` and `--model`."""
    for option in reversed(
        (
            click.argument("videos", metavar="[VIDEOS]...", nargs=-1),
            click.option(
                "-o",
                "--output",
                type=click.Path(dir_okay=False),
                help="Table of VIDEOS to write: a .parquet or .npz file.",
            ),
            click.option(
                "--model",
                type=click.Path(exists=True, file_okay=False, path_type=pathlib.Path),
                help="Folder of a SavedModel, or of numbered versions, to ask in this process, "
                "without a server.",
            ),
        )
    ):
        function = option(function)
    return function


def check_table_options(
    videos: tuple[str, ...], output: str | None, others: tuple[Any, ...]
) -> None:
    """Refuses options that do not go together, before anything heavy is imported.

    Args:
        videos: what was given as VIDEOS.
        output: what was given as `--output`.
        others: what was given as `--image`, `--audio`, `--video` and `--time`.

    Raises:
        click.UsageError: says what to give.
    """
    if not videos:
        if output is not None:
            raise click.UsageError("--output is for many videos: give VIDEOS as well")
        return
    if any(other is not None for other in others):
        raise click.UsageError("give VIDEOS, or --image, --audio, --video and --time, not both")
    if output is None or not output.endswith((".parquet", ".npz")):
        raise click.UsageError("give the table to write: -o TABLE.parquet or -o TABLE.npz")


def write_table(
    client: ModelClient,
    videos: tuple[str, ...],
    output: str | None,
    every: float | None,
    about: str,
    question: Question,
    as_json: bool,
) -> None:
    """Asks about all moments of all videos, with progress, and writes the table.

    Raises:
        click.ClickException: there are no videos, none can be used, or the table can't be written.
    """
    import tqdm

    from objects_that_sound.api.video_table import UNFINISHED, write_video_table
    from objects_that_sound.components.video_example_gen.video_files import find_videos
    from objects_that_sound.tfx_pipeline.commands.client_options import print_result

    assert output is not None  # it was checked
    try:
        files = find_videos(videos)
        with tqdm.tqdm(total=len(files), unit="videos", disable=None) as progress:
            table = write_video_table(
                output,
                files,
                client,
                question,
                every=every or _EVERY,
                about=about,
                workers=min(usable_processors(), len(files)),
                done=progress.update,
            )
    except KeyboardInterrupt:
        raise Stopped(
            f"Stopped. The videos that are done are kept in {output}{UNFINISHED}: the same command "
            "goes on from there."
        ) from None
    except (ConnectionError, TimeoutError):
        raise  # OSErrors too, but of the server
    except (OSError, RuntimeError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    rejects = f"{output}.rejects.csv"
    result = {
        "output": output,
        "rows": table.rows,
        "videos": table.videos,
        "kept": table.kept,
        "rejects": [
            dict(zip(COLUMNS, (one.path, one.reason, one.detail), strict=True))
            for one in table.rejects
        ],
        "damaged_moments": table.failed,
    }
    words = f"{output}: {table.rows} moments of {table.videos} videos"
    if table.kept:
        words += f". {table.kept} of them were done before"
    if table.failed:
        words += f". {table.failed} damaged moments were left out"
    if table.rejects:
        write_rejects(rejects, [(one.path, one.reason, one.detail) for one in table.rejects])
        words += f". {len(table.rejects)} videos could not be used; {rejects} says why"
    print_result(result, as_json, words)
