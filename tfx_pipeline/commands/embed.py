"""`ots embed`: the embedding of an image, of a sound, or of both of a video."""

from __future__ import annotations

import functools
import pathlib
from typing import TYPE_CHECKING, Any

import click

from objects_that_sound.tfx_pipeline.commands import client_options, slide_options

if TYPE_CHECKING:
    from objects_that_sound.serving.client.model_client import Image, ModelClient


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
    """Ask a model server for embeddings: vectors of unit length, near where things go together."""
    with client_options.connection(server, protocol, model_name, timeout) as client:
        if every is not None:
            slide_options.print_slide(client, video, time, every, functools.partial(_both, client))
            return
        media = client_options.read_media(client, image, audio, video, time, need_both=False)
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


def _both(client: ModelClient, images: list[Image], sounds: list[bytes]) -> list[dict[str, Any]]:
    vectors = zip(client.embed_image(images), client.embed_audio(sounds), strict=True)
    return [
        {"image_embedding": image.tolist(), "audio_embedding": audio.tolist()}
        for image, audio in vectors
    ]
