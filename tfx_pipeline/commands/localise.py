"""`ots localise`: where in this image, or in every frame of this video, is this sound?"""

from __future__ import annotations

import dataclasses
import io
import json
import pathlib
import time as clock
from typing import TYPE_CHECKING, Any

import click

from objects_that_sound.tfx_pipeline.commands import client_options
from objects_that_sound.tfx_pipeline.commands.output_switches import progress_hidden, quiet_option

if TYPE_CHECKING:
    from objects_that_sound.components.localisation_video.localiser import Found
    from objects_that_sound.components.localisation_video.video_options import VideoOptions
    from objects_that_sound.models.sounding_parts import SoundingParts
    from objects_that_sound.serving.client.model_client import ModelClient

_FILE = click.Path(exists=True, dir_okay=False, path_type=pathlib.Path)
_POSITIVE = click.FloatRange(0, min_open=True)
_FILM = ".mp4"
_PICTURES = (".png", ".jpg", ".jpeg")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("clip", metavar="[VIDEO]", required=False, type=_FILE)
@client_options.media_options
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=pathlib.Path),
    help="File to write: an .mp4 of the whole VIDEO, or a .png or .jpg of one frame under its heat "
    "map.",
)
@click.option(
    "--model",
    type=click.Path(exists=True, file_okay=False, path_type=pathlib.Path),
    help="Folder of a SavedModel, or of numbered versions, to ask in this process, without a server.",
)
@click.option("--start", type=click.FloatRange(0), help="Second of VIDEO to begin at.")
@click.option("--max-seconds", type=_POSITIVE, help="Maximum length of VIDEO to show, in seconds.")
@click.option("--fps", type=_POSITIVE, help="Frames of VIDEO a second.  [default: every frame]")
@click.option(
    "--width",
    type=click.IntRange(240, 7680),
    help="Maximum width of the three panels of VIDEO together, in pixels.  [default: 1280]",
)
@click.option(
    "--scale",
    type=_POSITIVE,
    help="Value of the maps of VIDEO that gets the brightest colour, the same in all frames. "
    " [default: 1]",
)
@click.option(
    "--batch-size",
    type=click.IntRange(1),
    help="Number of frames of VIDEO in one request.  [default: 16]",
)
@client_options.server_options
@quiet_option
def command(
    clip: pathlib.Path | None,
    image: pathlib.Path | None,
    audio: pathlib.Path | None,
    video: pathlib.Path | None,
    time: float | None,
    output: pathlib.Path | None,
    model: pathlib.Path | None,
    start: float | None,
    max_seconds: float | None,
    fps: float | None,
    width: int | None,
    scale: float | None,
    batch_size: int | None,
    server: str | None,
    protocol: str,
    model_name: str,
    timeout: float,
    as_json: bool,
    quiet: bool,
) -> None:
    """Show where in an image, or in every frame of a video, a sound comes from.

    `ots localise VIDEO -o OUT.mp4` writes a video of input, overlay and map side by side, with the
    sound. Each frame is localised with the second of sound centred on it. What makes the sound is
    outlined. Where nothing makes it, the overlay says so. With --json, a line for each frame has its
    time in seconds, its score, boxes around what makes the sound, and the map. The last line is about
    the whole video.

    With any other output, or without one, the command answers for one frame: that of VIDEO at --time,
    or --image with --audio. --video VIDEO means the same as VIDEO.

    The command asks a model server, or with --model a model in its own process.
    """
    chosen: dict[str, Any] = {
        name: value
        for name, value in (
            ("start", start),
            ("max_seconds", max_seconds),
            ("fps", fps),
            ("width", width),
            ("scale", scale),
            ("batch_size", batch_size),
        )
        if value is not None
    }
    if clip is not None and video is not None:
        raise click.UsageError("give VIDEO or --video, not both")
    video = clip or video
    client_options.check_media_options(image, audio, video, need_both=True)
    kind = "" if output is None else output.suffix.lower()
    if output is not None and kind not in (_FILM, *_PICTURES):
        raise click.UsageError(f"{output} is neither an .mp4, nor a .png or .jpg: give such a name")
    if kind == _FILM and (video is None or time is not None):
        raise click.UsageError(
            "an .mp4 shows a whole video: give VIDEO without --time, or -o OUT.png for one frame"
        )
    if kind != _FILM and chosen:
        names = ", ".join(f"--{name.replace('_', '-')}" for name in chosen)
        raise click.UsageError(f"only for a whole video, `ots localise VIDEO -o OUT.mp4`: {names}")
    if output is not None:
        for read in (image, audio, video):
            if read is not None and output.resolve() == read.resolve():
                raise click.UsageError(f"{output} is a file to read: give another name")
    with (
        progress_hidden(quiet),
        client_options.connection(server, protocol, model_name, timeout, model) as client,
    ):
        if kind == _FILM and video is not None and output is not None:
            from objects_that_sound.components.localisation_video.video_options import VideoOptions

            _localise_video(client, video, output, VideoOptions(**chosen), as_json)
        else:
            _localise_frame(client, image, audio, video, time, output, as_json)


def _localise_video(
    client: ModelClient,
    source: pathlib.Path,
    output: pathlib.Path,
    options: VideoOptions,
    as_json: bool,
) -> None:
    from tqdm import tqdm

    from objects_that_sound.components.localisation_video.localisation_video import (
        make_localisation_video,
    )
    from objects_that_sound.components.media.media_error import MediaError
    from objects_that_sound.models.sounding_parts import NOTHING

    began = clock.monotonic()
    with tqdm(desc=source.name, unit="frame", disable=None) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        def print_frame(time: float, found: Found, parts: SoundingParts) -> None:
            if as_json:
                click.echo(json.dumps({"time": round(time, 6), **_answer(found, parts)}))

        try:
            made = make_localisation_video(source, output, client, options, show, print_frame)
        except MediaError as error:
            raise click.ClickException(f"{source}: {error}") from error
        except (ConnectionError, TimeoutError):
            raise  # OSErrors too, but of the server
        except OSError as error:
            raise click.ClickException(f"cannot write {output}: {error}") from error
    wall = clock.monotonic() - began
    words = (
        f"{output}: {made.frames} frames, {made.seconds:.1f} s, in {wall:.1f} s "
        f"({made.seconds / wall:.1f} x real time); picture and sound correspond with a "
        f"probability of {made.mean_score:.2f}, the maps peak at {made.mean_peak:.2f} on average"
    )
    for number, what in (
        (made.dark_frames, f"times {NOTHING}"),
        (made.broken_frames, "damaged frames were left out"),
        (made.broken_sounds, "damaged pieces of sound were left out"),
    ):
        words += f"; {number} {what}" if number else ""
    result = {"output": str(output), **dataclasses.asdict(made), "wall_seconds": wall}
    click.echo(json.dumps(result) if as_json else words)


def _answer(found: Found, parts: SoundingParts) -> dict[str, Any]:
    """Where a sound comes from, for JSON."""
    return {
        "score": round(found.score, 6),
        "boxes": [[round(edge, 6) for edge in box] for box in parts.boxes],
        "crop_box": [round(edge, 6) for edge in found.crop_box],
        "heatmap": found.heatmap.astype(float).round(4).tolist(),
    }


def _localise_frame(
    client: ModelClient,
    image: pathlib.Path | None,
    audio: pathlib.Path | None,
    video: pathlib.Path | None,
    time: float | None,
    output: pathlib.Path | None,
    as_json: bool,
) -> None:
    from PIL import Image

    from objects_that_sound.models.sounding_parts import NOTHING, sounding_parts

    media = client_options.read_media(client, image, audio, video, time)
    assert media.image is not None and media.audio is not None  # it was checked
    found = client.localise(media.images, [media.audio])[0]
    threshold = client.describe().map_threshold
    with Image.open(io.BytesIO(media.image)) as picture:
        parts = sounding_parts(found.heatmap, found.crop_box, picture.size, threshold)
    y, x = found.peak
    greatest = float(found.heatmap.max())
    result = {
        "source": media.source,
        "peak": {"y": y, "x": x, "value": greatest},
        **_answer(found, parts),
    }
    words = f"{media.source}: probability that picture and sound correspond {found.score:.4f}; " + (
        f"the sound comes from {x:.0%} of the width and {y:.0%} of the height"
        + f" ({greatest:.4f} there)"
        if parts.boxes
        else f"{NOTHING} (the map's greatest value, {greatest:.4f}, is below {threshold:.4f})"
    )
    if output is not None:
        from objects_that_sound.components.localisation_evaluator.overlay import draw_overlay

        try:
            overlay = draw_overlay(
                media.image, found.heatmap, found.crop_box, longest_side=640, threshold=threshold
            )
            overlay.save(output)
        except (OSError, ValueError) as error:
            raise click.ClickException(f"cannot write {output}: {error}") from error
        result["overlay"] = str(output)
        words += f"; picture: {output}"
    client_options.print_result(result, as_json, words)
