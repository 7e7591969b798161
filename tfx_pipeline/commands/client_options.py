"""What the commands that ask a model server (score, embed, localise) have in common."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from objects_that_sound.api.moment import Moment

if TYPE_CHECKING:
    from objects_that_sound.api.media_reader import MediaReader
    from objects_that_sound.serving.client.model_client import ModelClient

_MEDIA = click.Path(exists=True, dir_okay=False, path_type=pathlib.Path)


def media_options(function: Callable) -> Callable:
    """Adds `--image`, `--audio`, `--video` and `--time`."""
    for option in reversed(
        (
            click.option("--image", type=_MEDIA, help="Image: a JPEG or PNG file."),
            click.option("--audio", type=_MEDIA, help="Sound file of any usual format."),
            click.option(
                "--video", type=_MEDIA, help="Video, whose frame and sound at --time are taken."
            ),
            click.option(
                "--time",
                type=click.FloatRange(0),
                help="Time, in seconds, of the frame of a video, and of the middle of the second of sound. "
                " [default: the middle of the file]",
            ),
        )
    ):
        function = option(function)
    return function


def _remember(context: click.Context, option: click.Parameter, value: object) -> None:
    context.meta[f"{__name__}.{option.name}"] = value


def server_options(function: Callable) -> Callable:
    """Adds `--server`, `--protocol`, `--model_name`, `--timeout` and `--json`.

    Besides `--model-version`, `--version-label`, `--tls`, `--ca-file` and `--token-file`, which
    `connection` finds by itself.
    """
    for option in reversed(
        (
            click.option(
                "--server",
                metavar="HOST:PORT",
                help="Model server to ask.  [default: localhost:8500 for grpc, :8501 for rest]",
            ),
            click.option(
                "--protocol",
                type=click.Choice(["grpc", "rest"]),
                default="grpc",
                show_default=True,
                help="Protocol to ask the server by.",
            ),
            click.option(
                "--model_name",
                default="objects-that-sound",
                show_default=True,
                help="Name of the model on the server.",
            ),
            click.option(
                "--model-version",
                type=click.IntRange(min=0),
                metavar="NUMBER",
                expose_value=False,
                callback=_remember,
                help="Version of the model to ask.  [default: the newest]",
            ),
            click.option(
                "--version-label",
                metavar="LABEL",
                expose_value=False,
                callback=_remember,
                help="Label, in the server's --model_config_file, of the version to ask.",
            ),
            click.option(
                "--timeout",
                type=click.FloatRange(0, min_open=True),
                default=30.0,
                show_default=True,
                help="Seconds to wait for each answer.",
            ),
            click.option(
                "--tls",
                is_flag=True,
                expose_value=False,
                callback=_remember,
                help="Encrypt, and check the server's certificate by the authorities of the system.",
            ),
            click.option(
                "--ca-file",
                type=_MEDIA,
                expose_value=False,
                callback=_remember,
                help="PEM file of authorities to check the certificate by, as --tls does by the "
                "system's.",
            ),
            click.option(
                "--token-file",
                type=_MEDIA,
                expose_value=False,
                callback=_remember,
                help="File with the token that the server asks for.",
            ),
            click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        )
    ):
        function = option(function)
    return function


@contextlib.contextmanager
def connection(
    server: str | None,
    protocol: str,
    model_name: str,
    timeout: float,
    model: pathlib.Path | Callable[[], ModelClient] | None = None,
) -> Iterator[ModelClient]:
    """A client whose errors, and those of reading media, end the command with their words.

    With `model`, a SavedModel's folder or what makes a client, it answers in this process and there
    is no server.
    """
    if model is not None and server is not None:
        raise click.UsageError("give --model or --server, not both")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.filterwarnings("ignore", category=FutureWarning)  # of libraries, about Python
    from objects_that_sound.serving.client.client_options import ClientOptions
    from objects_that_sound.serving.client.connect import connect
    from objects_that_sound.serving.client.model_server_error import ModelServerError

    given = click.get_current_context().meta
    tls, ca_file, token_file, version, label = (
        given.get(f"{__name__}.{name}")
        for name in ("tls", "ca_file", "token_file", "model_version", "version_label")
    )
    if model is not None:
        if tls or ca_file or token_file:
            raise click.UsageError(
                "--tls, --ca-file and --token-file are for a server, not a model"
            )
        if version is not None or label is not None:
            raise click.UsageError(
                "--model-version and --version-label are for a server: name a version's folder"
            )
    try:
        token = None if token_file is None else token_file.read_text().strip()
        options = ClientOptions(token, bool(tls), ca_file, version=version, version_label=label)
    except UnicodeDecodeError as error:
        raise click.UsageError(f"--token-file {token_file}: {error}") from error
    except ValueError as error:
        raise click.UsageError(str(error)) from error

    try:
        if callable(model):
            client: ModelClient = model()
        elif model is not None:
            from objects_that_sound.api.in_process_client import InProcessClient

            client = InProcessClient(str(model))
        else:
            client = connect(model_name, server, protocol, timeout, options)
        with client:
            yield client
    except (ConnectionError, FileNotFoundError, TimeoutError, ModelServerError) as error:
        raise click.ClickException(str(error)) from error


def check_media_options(
    image: pathlib.Path | None,
    audio: pathlib.Path | None,
    video: pathlib.Path | None,
    need_both: bool,
) -> None:
    """Refuses `media_options` that do not go together, before anything heavy is imported.

    Raises:
        click.UsageError: says what to give.
    """
    if video is not None and (image or audio):
        raise click.UsageError("give --video, or --image and --audio, not both")
    if video is None and need_both and not (image and audio):
        raise click.UsageError("give --image and --audio, or --video")
    if not (video or image or audio):
        raise click.UsageError("give --image, --audio or --video")


def read_media(
    client: ModelClient,
    image: pathlib.Path | None,
    audio: pathlib.Path | None,
    video: pathlib.Path | None,
    time: float | None,
) -> Moment:
    """Reads what the options name, the sound at the rate that the served model takes.

    Args:
        client: client whose model says what it takes.
        image: picture; this and the following were checked by `check_media_options`.
        audio: sound.
        video: video, instead of both.
        time: seconds, or None for the middle.

    Raises:
        click.UsageError: the model takes no single picture.
        click.ClickException: a file cannot be decoded; the message names it.
    """
    with reader(client) as media:
        if video is not None:
            return media.moment(video, time)
        frames = media.description.frames
        if image is not None and frames > 1:
            raise click.UsageError(
                f"the model looks at {frames} frames at once: give --video, not --image"
            )
        content = media.image(image) if image else None
        second = media.second(audio, time=time) if audio else None
    source = " and ".join(str(path) for path in (image, audio) if path)
    return Moment(content, second, source)


@contextlib.contextmanager
def reader(client: ModelClient, processes: int = 1) -> Iterator[MediaReader]:
    """Reads files as the client's model takes them; a file that can't be read ends the command."""
    from objects_that_sound.api.media_reader import MediaReader
    from objects_that_sound.api.unusable_file_error import UnusableFileError

    try:
        with MediaReader(client.describe(), processes) as media:
            yield media
    except UnusableFileError as error:
        raise click.ClickException(str(error)) from error


def print_result(result: dict[str, Any], as_json: bool, words: str) -> None:
    """Prints a result as JSON or in words, to standard output."""
    json.dump(result, sys.stdout, indent=2) if as_json else sys.stdout.write(words)
    sys.stdout.write("\n")
