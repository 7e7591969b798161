"""The lists of videos of all spans: a CSV each."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence

from objects_that_sound.components.video_example_gen import storage
from objects_that_sound.components.video_example_gen.video_list import (
    ListedVideo,
    read_video_list,
    write_list,
)

_NAME = re.compile(r"span-(\d+)\.csv")


class SpanLists:
    """A folder of lists `span-1.csv`, `span-2.csv`, ...

    A list is final once its examples are there: it is what later spans' videos are compared with.
    """

    def __init__(self, folder: str):
        """Names the folder, which need not exist."""
        self._folder = folder

    @property
    def pattern(self) -> str:
        """As VideoExampleGen's `video_list`."""
        return os.path.join(self._folder, "span-{SPAN}.csv")

    def numbers(self) -> list[int]:
        """Of all spans, ascending, from 1 on."""
        if not os.path.isdir(self._folder):
            return []
        found = (_NAME.fullmatch(name) for name in os.listdir(self._folder))
        return sorted(int(match[1]) for match in found if match)

    def read(self, span: int) -> list[ListedVideo]:
        """The videos of a span.

        Raises:
            ValueError: somebody broke the list.
        """
        path = self._path(span)
        return read_video_list(storage.read_lines(path), path)

    def write(self, span: int, videos: Sequence[ListedVideo]) -> None:
        """Writes a list; one that did not change is not touched."""
        write_list(videos, self._path(span))

    def _path(self, span: int) -> str:
        return os.path.join(self._folder, f"span-{span}.csv")


def new_videos(listed: Iterable[ListedVideo], known: Iterable[ListedVideo]) -> list[ListedVideo]:
    """Those that are not known: by path, size, modification time and, of a segment, its times."""
    seen = {_key(video) for video in known}
    return [video for video in listed if _key(video) not in seen]


def _key(video: ListedVideo) -> tuple:
    return video.path, video.size, video.modified, video.start, video.end
