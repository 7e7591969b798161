"""`ots search`: which sound fits this image, which image this sound?"""

from __future__ import annotations

import dataclasses
import os
import pathlib
from typing import TYPE_CHECKING

import click

from objects_that_sound.components.vector_database.connect_database import is_address
from objects_that_sound.components.vector_database.search_filter import SearchFilter
from objects_that_sound.tfx_pipeline.commands import client_options
from objects_that_sound.tfx_pipeline.commands.evaluate.text_table import text_table

if TYPE_CHECKING:
    from objects_that_sound.serving.client.found_item import FoundItem
    from objects_that_sound.serving.client.model_client import ModelClient


def _index(
    context: click.Context, option: click.Parameter, value: str | None
) -> pathlib.Path | str | None:
    """A folder, or the address of a vector database as it is."""
    if value is None or is_address(value):
        return value
    return click.Path(exists=True, file_okay=False, path_type=pathlib.Path)(value, option, context)


@click.command(
    context_settings={
        "help_option_names": ["-h", "--help"],
        "default_map": {"model_name": "search"},
    }
)
@client_options.media_options
@click.option(
    "--index",
    callback=_index,
    metavar="PATH|ADDRESS",
    help="An index (or its folder of versions) to ask in this process, without a server; or the "
    "address of the vector database that `ots index --to` wrote to.",
)
@click.option(
    "--model",
    metavar="PATH",
    help="With an address as --index: the model that made the index.  [default: where it was then]",
)
@click.option(
    "--class",
    "labels",
    multiple=True,
    metavar="NAME",
    help="With an address: find moments of this class. May be given several times, for any of them.",
)
@click.option(
    "--in-video",
    "videos",
    multiple=True,
    metavar="ID",
    help="With an address: find moments of this video. May be given several times.",
)
@click.option(
    "--from",
    "start",
    type=click.FloatRange(0),
    metavar="SECONDS",
    help="With an address: find moments from this time of their video on.",
)
@click.option(
    "--until",
    "end",
    type=click.FloatRange(0),
    metavar="SECONDS",
    help="With an address: find moments before this time of their video.",
)
@click.option("-k", default=10, show_default=True, type=click.IntRange(1, 1000), help="Results.")
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=pathlib.Path),
    help="Also write a page of the results, with the frames where --index is given.",
)
@client_options.server_options
def command(
    image: pathlib.Path | None,
    audio: pathlib.Path | None,
    video: pathlib.Path | None,
    time: float | None,
    index: pathlib.Path | str | None,
    model: str | None,
    labels: tuple[str, ...],
    videos: tuple[str, ...],
    start: float | None,
    end: float | None,
    k: int,
    html: pathlib.Path | None,
    server: str | None,
    protocol: str,
    model_name: str,
    timeout: float,
    as_json: bool,
) -> None:
    """Find the sounds that fit an image, and the images that fit a sound, in an index.

    The index is one that `ots index` or the pipeline made: served, or with --index one of this
    machine, or one in a vector database.
    """
    if index is not None and server is not None:
        raise click.UsageError("give --index or --server, not both")
    where = SearchFilter(labels, videos, start, end)
    if not isinstance(index, str) and (where or model):
        raise click.UsageError(
            "--model, --class, --in-video, --from and --until go with an address as --index: a "
            "SavedModel of an index has no filter"
        )
    client_options.check_media_options(image, audio, video, need_both=False)
    found: dict[str, list[FoundItem]] = {}
    asked = (lambda: _database_client(index, model, where)) if isinstance(index, str) else index
    with client_options.connection(server, protocol, model_name, timeout, asked) as client:
        media = client_options.read_media(client, image, audio, video, time)
        if media.image is not None:
            found["sounds"] = client.search_by_image(media.images, k)[0]
        if media.audio is not None:
            found["images"] = client.search_by_audio([media.audio], k)[0]
        folder = getattr(client, "folder", None)
    if html is not None:
        from objects_that_sound.api.search_results import SearchResults

        lists = {name: tuple(items) for name, items in found.items()}
        try:
            SearchResults(media.source, folder=folder, **lists).save(html)
        except OSError as error:
            raise click.ClickException(f"cannot write {html}: {error}") from error
    result = {name: [dataclasses.asdict(item) for item in items] for name, items in found.items()}
    tables = [_table(f"{name} for {media.source}", items, folder) for name, items in found.items()]
    client_options.print_result({"source": media.source, **result}, as_json, "\n\n".join(tables))


def _database_client(address: str, model: str | None, where: SearchFilter) -> ModelClient:
    from objects_that_sound.api.database_client import DatabaseClient
    from objects_that_sound.components.vector_database.connect_database import connect_database

    database = connect_database(address)
    try:
        return DatabaseClient(database, model, where)
    except BaseException as error:
        database.close()
        if isinstance(error, ValueError):
            raise click.ClickException(str(error)) from error
        raise


def _table(title: str, items: list[FoundItem], folder: str | None) -> str:
    """A table of results; thumbnails can be opened where the index is on this machine."""
    header = ["video", "time in s", "score", "class", "thumbnail"]
    rows = [
        [
            item.id,
            item.time,
            item.score,
            item.label or None,
            os.path.join(folder or "", item.thumbnail) if item.thumbnail else None,
        ]
        for item in items
    ]
    return f"{title[0].upper()}{title[1:]}\n{text_table(header, rows)}"
