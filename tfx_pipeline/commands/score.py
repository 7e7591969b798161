"""`ots score`: does this sound belong to this image?"""

from __future__ import annotations

import pathlib

import click

from objects_that_sound.tfx_pipeline.commands import client_options, slide_options


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@client_options.media_options
@slide_options.every_option
@client_options.server_options
def command(
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
) -> None:
    """Ask a model server for the probability that an image and a sound correspond."""
    with client_options.connection(server, protocol, model_name, timeout) as client:
        if every is not None:
            slide_options.print_slide(
                client,
                video,
                time,
                every,
                lambda images, sounds: [
                    {"score": float(score)} for score in client.score(images, sounds)
                ],
            )
            return
        media = client_options.read_media(client, image, audio, video, time, need_both=True)
        assert media.audio is not None  # need_both
        score = float(client.score(media.images, [media.audio])[0])
    client_options.print_result(
        {"source": media.source, "score": score},
        as_json,
        f"{score:.4f}  probability that picture and sound correspond ({media.source})",
    )
