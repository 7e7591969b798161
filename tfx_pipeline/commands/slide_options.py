"""What `ots score` and `ots embed` do with a whole video: one line of JSON for each moment."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from objects_that_sound.tfx_pipeline.commands import client_options

if TYPE_CHECKING:
    from objects_that_sound.serving.client.model_client import Image, ModelClient

every_option = click.option(
    "--every",
    type=click.FloatRange(0, min_open=True),
    help="Seconds from one moment to the next. The whole of --video is asked about, and each moment "
    "becomes a line of JSON, or with VIDEOS a row.",
)


def check_slide_options(
    image: pathlib.Path | None,
    audio: pathlib.Path | None,
    video: pathlib.Path | None,
    time: float | None,
) -> None:
    """Refuses options that do not go with `--every`, before anything heavy is imported.

    Raises:
        click.UsageError: says what goes with it.
    """
    if video is None or any(other is not None for other in (image, audio, time)):
        raise click.UsageError(
            "--every goes with --video alone, without --image, --audio and --time"
        )


def print_slide(
    client: ModelClient,
    video: pathlib.Path,
    every: float,
    ask: Callable[[list[Image], list[bytes]], list[dict[str, Any]]],
) -> None:
    """Asks about moment after moment of a video, with progress; damaged moments are named.

    Args:
        client: client whose model says what it looks at.
        video: path.
        every: seconds from moment to moment.
        ask: function from images and sounds to what is printed of each.

    Raises:
        click.ClickException: the file can't be read at all.
    """
    import tqdm

    from objects_that_sound.components.media.media_error import MediaError

    with client_options.reader(client) as media:
        count, answers = media.ask(video, every, ask)
        for moment, answer in tqdm.tqdm(answers, total=count, unit="moments", disable=None):
            found = {"error": str(answer)} if isinstance(answer, MediaError) else answer
            click.echo(json.dumps({"time": round(moment, 3), **found}))
