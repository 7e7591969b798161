"""`ots score`: does this sound belong to this image?"""

from __future__ import annotations

import functools
import pathlib
from typing import TYPE_CHECKING

import click

from objects_that_sound.tfx_pipeline.commands import client_options, slide_options, table_options
from objects_that_sound.tfx_pipeline.commands.output_switches import progress_hidden, quiet_option

if TYPE_CHECKING:
    from objects_that_sound.serving.client.model_client import Image, ModelClient


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@table_options.table_options
@client_options.media_options
@slide_options.every_option
@client_options.server_options
@quiet_option
def command(
    videos: tuple[str, ...],
    output: str | None,
    model: pathlib.Path | None,
    image: pathlib.Path | None,
    audio: pathlib.Path | None,
    video: pathlib.Path | None,
    time: float | None,
    every: float | None,
    server: str | None,
    protocol: str,
    model_name: str,
    timeout: float,
    as_json: bool,
    quiet: bool,
) -> None:
    """Ask a model for the probability that an image and a sound correspond.

    `ots score VIDEOS -o TABLE.parquet` takes folders, files and quoted globs, and writes a row for
    each second (--every) of all videos: video, time and score. A stopped command continues
    where it was.

    The command asks a model server, or with --model a model in its own process.
    """
    table_options.check_table_options(videos, output, (image, audio, video, time))
    if every is not None and not videos:
        slide_options.check_slide_options(image, audio, video, time)
    elif not videos:
        client_options.check_media_options(image, audio, video, need_both=True)
    with (
        progress_hidden(quiet),
        client_options.connection(server, protocol, model_name, timeout, model) as client,
    ):
        question = functools.partial(_scores, client)
        if videos:
            table_options.write_table(client, videos, output, every, "score", question, as_json)
            return
        if every is not None and video is not None:
            slide_options.print_slide(client, video, every, question)
            return
        media = client_options.read_media(client, image, audio, video, time)
        assert media.audio is not None  # it was checked
        score = float(client.score(media.images, [media.audio])[0])
    client_options.print_result(
        {"source": media.source, "score": score},
        as_json,
        f"{score:.4f}  probability that picture and sound correspond ({media.source})",
    )


def _scores(
    client: ModelClient, images: list[Image], sounds: list[bytes]
) -> list[dict[str, float]]:
    return [{"score": float(score)} for score in client.score(images, sounds)]
