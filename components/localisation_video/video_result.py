"""What making a localisation video came to."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class VideoResult:
    """Figures of a written video.

    Attributes:
        frames: how many were written.
        dark_frames: frames in which nothing makes the sound: no cell reaches the threshold.
        seconds: of video.
        broken_frames: damaged frames of the input, left out.
        broken_sounds: damaged packets of its sound, left out.
        mean_score: mean probability that picture and sound correspond.
        mean_peak: mean of the maps' greatest values.
    """

    frames: int
    dark_frames: int
    seconds: float
    broken_frames: int
    broken_sounds: int
    mean_score: float
    mean_peak: float
