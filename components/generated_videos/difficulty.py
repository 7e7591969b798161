"""The knobs that decide how hard it is to learn from generated videos."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Difficulty:
    """Ranges from which every video draws; all ranges are `(low, high)`, drawn uniformly.

    Attributes:
        distractor_shares: share of videos with 0, 1, 2, ... silent objects of other classes. Their
            mean sets the ceiling of AVC accuracy (docs/laboratory/generated_videos.md).
        take_seconds: length of a take. A video is a string of takes of the same objects; with every
            take colours, proportions, background, places, pitch and loudness change. Without takes
            a network learns the few videos by heart instead of the classes.
        object_size: longer side of an object, as a fraction of the frame's short side.
        speed: of an object, in short sides per second.
        stage_aspect: objects stay in the central part of the frame whose longer side is at most
            this many short sides: networks see a square crop, and what is filmed is rarely at the
            edge of a wide picture.
        sway_degrees: an object rocks by up to this angle around upright, in degrees.
        scale_change: an object grows and shrinks by up to this fraction.
        background_contrast: of the background pattern, 0 (plain) to 1 (black to white).
        webm_share: share of VP9+Opus WebM files; the others are H.264+AAC MP4.
        pitch_hz: of every class alike, drawn uniformly in log frequency, in Hz.
        loudness_db: of the whole soundtrack, RMS in dBFS.
        snr_db: of the object's sound above the added noise, in dB.
        several_sounding: share of videos in which two objects sound together, one after the other,
            or one falls silent; see `Story`.
    """

    distractor_shares: tuple[float, ...] = (0.4, 0.45, 0.15)
    take_seconds: tuple[float, float] = (0.5, 0.9)
    object_size: tuple[float, float] = (0.34, 0.46)
    speed: tuple[float, float] = (0.05, 0.2)
    stage_aspect: float = 1.1
    sway_degrees: float = 8.0
    scale_change: float = 0.06
    background_contrast: tuple[float, float] = (0.04, 0.16)
    webm_share: float = 0.25
    pitch_hz: tuple[float, float] = (220.0, 440.0)
    loudness_db: tuple[float, float] = (-26.0, -16.0)
    snr_db: tuple[float, float] = (20.0, 35.0)
    several_sounding: float = 0.0

    def __post_init__(self) -> None:
        if not self.distractor_shares or abs(sum(self.distractor_shares) - 1.0) > 1e-6:
            raise ValueError(f"distractor_shares must sum to 1, got {self.distractor_shares}")
        if self.stage_aspect < 1:
            raise ValueError(f"stage_aspect must be >= 1, got {self.stage_aspect}")
        if not 0 <= self.several_sounding <= 1:
            raise ValueError(f"several_sounding must be in 0..1, got {self.several_sounding}")
        if self.take_seconds[0] < 0.4:
            raise ValueError(f"take_seconds must be at least 0.4, got {self.take_seconds}")
        for field in ("take_seconds", "object_size", "speed", "background_contrast", "pitch_hz"):
            low, high = getattr(self, field)
            if not 0 <= low <= high:
                raise ValueError(f"{field} must be 0 <= low <= high, got {(low, high)}")
