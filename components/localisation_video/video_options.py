"""What can be chosen about a localisation video."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class VideoOptions:
    """Which part of a video is shown, and how.

    Attributes:
        start: second of the file to begin at.
        max_seconds: at most so much of it; None: to its end.
        fps: frames a second of the result; None: the frames of the video, at their times.
        width: of the result, in pixels, at most.
        scale: value of the map that gets the brightest colour, in every frame.
        batch_size: frames a call of the model.
    """

    start: float = 0.0
    max_seconds: float | None = None
    fps: float | None = None
    width: int = 1280
    scale: float = 1.0
    batch_size: int = 16
