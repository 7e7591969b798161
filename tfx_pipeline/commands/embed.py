"""`ots embed`: the embeddings of an image, of a sound, or of videos."""

from __future__ import annotations

import functools
import pathlib
from typing import TYPE_CHECKING, Any

import click

from objects_that_sound.tfx_pipeline.commands import client_options, slide_options, table_options
from objects_that_sound.tfx_pipeline.commands.output_switches import progress_hidden, quiet_option

if TYPE_CHECKING:
    import numpy as np

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
    """Ask a model for embeddings: vectors of unit length. Those of things that go together are near.

    `ots embed VIDEOS -o TABLE.parquet` takes folders, files and quoted globs, and writes a row for
    each second (--every) of all videos: video, time, image and audio. A stopped command
    continues where it was.

    The command asks a model server, or with --model a model in its own process.
    """
    table_options.check_table_options(videos, output, (image, audio, video, time))
    if every is not None and not videos:
        slide_options.check_slide_options(image, audio, video, time)
    elif not videos:
        client_options.check_media_options(image, audio, video, need_both=False)
    with (
        progress_hidden(quiet),
        client_options.connection(server, protocol, model_name, timeout, model) as client,
    ):
        if videos:
            question = functools.partial(_vectors, client)
            table_options.write_table(client, videos, output, every, "embed", question, as_json)
            return
        if every is not None and video is not None:
            slide_options.print_slide(client, video, every, functools.partial(_both, client))
            return
        media = client_options.read_media(client, image, audio, video, time)
        result: dict[str, Any] = {"source": media.source}
        lines = [media.source]
        if media.image is not None:
            result["image_embedding"] = client.embed_image(media.images)[0].tolist()
        if media.audio is not None:
            result["audio_embedding"] = client.embed_audio([media.audio])[0].tolist()
    for name, vector in list(result.items())[1:]:
        lines.append(f"{name} ({len(vector)}): " + " ".join(f"{x:.4f}" for x in vector))
    if media.image is not None and media.audio is not None:
        pairs = zip(result["image_embedding"], result["audio_embedding"], strict=True)
        result["cosine"] = sum(x * y for x, y in pairs)
        lines.append(f"cosine of the two: {result['cosine']:.4f}")
    client_options.print_result(result, as_json, "\n".join(lines))


def _vectors(
    client: ModelClient, images: list[Image], sounds: list[bytes]
) -> list[dict[str, np.ndarray]]:
    vectors = zip(client.embed_image(images), client.embed_audio(sounds), strict=True)
    return [{"image": image, "audio": audio} for image, audio in vectors]


def _both(client: ModelClient, images: list[Image], sounds: list[bytes]) -> list[dict[str, Any]]:
    return [
        {f"{name}_embedding": vector.tolist() for name, vector in row.items()}
        for row in _vectors(client, images, sounds)
    ]
