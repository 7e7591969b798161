"""Which moments a search may find."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class SearchFilter:
    """What found moments must be; all parts hold together.

    Attributes:
        labels: classes, one of which the moment has; none for any.
        videos: ids of videos, one of which it is from; none for any.
        start: seconds in the video from which on moments are sought; None for the beginning.
        end: seconds in the video before which they are sought; None for the end.
    """

    labels: tuple[str, ...] = ()
    videos: tuple[str, ...] = ()
    start: float | None = None
    end: float | None = None

    def __bool__(self) -> bool:
        return self != SearchFilter()
