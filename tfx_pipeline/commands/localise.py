"""`ots localise`: where in this image does this sound come from?"""

from __future__ import annotations

import pathlib

import click

from tfx_pipeline.commands import client_options


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@client_options.media_options
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=pathlib.Path),
    help="Write the image with the heat map over it (.png or .jpg).",
)
@client_options.server_options
def command(
    image: pathlib.Path | None,
    audio: pathlib.Path | None,
    video: pathlib.Path | None,
    time: float | None,
    output: pathlib.Path | None,
    server: str | None,
    protocol: str,
    model_name: str,
    timeout: float,
    as_json: bool,
) -> None:
    """Ask a model server where in an image a sound comes from."""
    with client_options.connection(server, protocol, model_name, timeout) as client:
        media = client_options.read_media(client, image, audio, video, time, need_both=True)
        assert media.image is not None and media.audio is not None  # need_both
        found = client.localise([media.image], [media.audio])[0]
    y, x = found.peak
    greatest = float(found.heatmap.max())
    result = {
        "source": media.source,
        "score": found.score,
        "peak": {"y": y, "x": x, "value": greatest},
        "crop_box": found.crop_box,
        "heatmap": found.heatmap.tolist(),
    }
    words = (
        f"{media.source}: probability that picture and sound correspond {found.score:.4f}; the "
        f"sound comes from {x:.0%} of the width and {y:.0%} of the height ({greatest:.4f} there)"
    )
    if output is not None:
        from components.localisation_evaluator.overlay import draw_overlay

        try:
            draw_overlay(media.image, found.heatmap, found.crop_box, longest_side=640).save(output)
        except (OSError, ValueError) as error:
            raise click.ClickException(f"cannot write {output}: {error}") from error
        result["overlay"] = str(output)
        words += f"; picture: {output}"
    client_options.print_result(result, as_json, words)
