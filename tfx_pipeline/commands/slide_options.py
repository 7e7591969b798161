"""What `ots score` and `ots embed` do with a whole video: one line of JSON for each moment."""

from __future__ import annotations

import functools
import itertools
import json
import pathlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from objects_that_sound.components.media.clips import Clip
    from objects_that_sound.serving.client.model_client import Image, ModelClient

_AT_ONCE = 32
"""Moments in a request."""

every_option = click.option(
    "--every",
    type=click.FloatRange(0, min_open=True),
    help="Slide over the whole of --video: ask every so many seconds, and print a line of JSON "
    "for each moment.",
)


def print_slide(
    client: ModelClient,
    video: pathlib.Path | None,
    time: float | None,
    every: float,
    ask: Callable[[list[Image], list[bytes]], list[dict[str, Any]]],
) -> None:
    """Asks about moment after moment of a video, with progress; damaged moments are named.

    Args:
        client: whose model says what it looks at.
        video: the file.
        time: must not be given.
        every: seconds from moment to moment.
        ask: from images and sounds to what is printed of each.

    Raises:
        click.UsageError: the options do not go together.
        click.ClickException: the file can't be read at all.
    """
    if video is None or time is not None:
        raise click.UsageError("--every slides over a --video, without --time")
    import tqdm

    from objects_that_sound.components.media.clips import read_clips
    from objects_that_sound.components.media.media_error import MediaError
    from objects_that_sound.components.media.slide import slide, slide_times
    from objects_that_sound.components.video_example_gen.decoder_pool import DecoderPool

    description = client.describe()
    with DecoderPool(1) as pool:
        try:
            times = pool.call(slide_times, str(video), every, frames=description.frames)
        except MediaError as error:
            raise click.ClickException(f"{video}: {error}") from error
        moments = slide(
            str(video),
            times,
            image_size=description.image_size,
            sample_rate=description.sample_rate,
            frames=description.frames,
            read=functools.partial(pool.call, read_clips),
        )
        pairs = zip(times, moments, strict=True)
        with tqdm.tqdm(total=len(times), unit="moments", disable=None) as progress:
            while some := list(itertools.islice(pairs, _AT_ONCE)):
                clips = [clip for _, clip in some if not isinstance(clip, MediaError)]
                answers = iter(_ask(clips, ask))
                for moment, clip in some:
                    if isinstance(clip, MediaError):
                        found = {"time": round(moment, 3), "error": str(clip)}
                    else:
                        found = {"time": round(clip.time, 3), **next(answers)}
                    click.echo(json.dumps(found))
                progress.update(len(some))


def _ask(
    clips: list[Clip], ask: Callable[[list[Image], list[bytes]], list[dict[str, Any]]]
) -> Iterator[dict[str, Any]]:
    if clips:
        yield from ask([clip.frames or clip.jpeg for clip in clips], [clip.pcm for clip in clips])
