"""What a search found, both ways."""

from __future__ import annotations

import dataclasses
import html
import os

from objects_that_sound.api.html import data_uri
from objects_that_sound.serving.client.found_item import FoundItem


@dataclasses.dataclass(frozen=True, repr=False)
class SearchResults:
    """The answer of `Model.search`; in a notebook it shows the frames that were found.

    Attributes:
        source: what was searched for, for people.
        sounds: moments whose sounds fit the picture, the best first; empty where none was given.
        images: moments whose frames fit the sound, likewise.
        folder: folder of the index, which holds the thumbnails; None where a server has it.
    """

    source: str
    sounds: tuple[FoundItem, ...] = ()
    images: tuple[FoundItem, ...] = ()
    folder: str | None = None

    def save(self, path: str | os.PathLike) -> None:
        """Writes the results as a page, which needs no other file.

        Raises:
            OSError: it can't be written.
        """
        title = html.escape(f"Search: {self.source}")
        with open(path, "w", encoding="utf-8", errors="replace") as file:
            file.write(
                f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
                f"<body>{self._repr_html_()}</body></html>"
            )

    def __repr__(self) -> str:
        return (
            f"SearchResults({self.source!r}, {len(self.sounds)} sounds, {len(self.images)} images)"
        )

    def _repr_html_(self) -> str:
        tables = (("Sounds", self.sounds), ("Images", self.images))
        return "".join(
            f"<table><caption>{kind} for {html.escape(self.source)}</caption>"
            "<tr><th></th><th>video</th><th>time in s</th><th>score</th><th>class</th></tr>"
            f"{''.join(map(self._row, found))}</table>"
            for kind, found in tables
            if found
        )

    def _row(self, item: FoundItem) -> str:
        cells = (item.id, f"{item.time:g}", f"{item.score:.3f}", item.label)
        words = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
        return f"<tr><td>{self._thumbnail(item)}</td>{words}</tr>"

    def _thumbnail(self, item: FoundItem) -> str:
        if self.folder is None or not item.thumbnail:
            return ""
        try:
            with open(os.path.join(self.folder, item.thumbnail), "rb") as file:
                content = file.read()
        except OSError:  # a copy of the index without its assets
            return ""
        words = html.escape(f"frame of {item.id} at {item.time:g} s")
        return f'<img alt="{words}" src="{data_uri("image/jpeg", content)}">'
