"""Frames with the second of sound centred on them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from objects_that_sound.components.media import media_error
from objects_that_sound.components.media.frame_encoder import FrameEncoder, StillFrame
from objects_that_sound.components.media.frame_reader import FrameReader
from objects_that_sound.components.media.loudness import loudness_dbfs
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.media.media_file import MediaFile, Source
from objects_that_sound.components.media.sound import read_sound, replace_cancelled
from objects_that_sound.components.media.sound_clock import TOLERANCE_SECONDS
from objects_that_sound.components.media.sound_windows import SoundWindows

CLIP_SECONDS = 1
"""Length of a clip's sound."""

FRAME_SECONDS = Fraction(1, 25)
"""Time from frame to frame of a clip with several."""


class Clip(NamedTuple):
    """A frame, or several, and the second of sound centred on it.

    Attributes:
        time: seconds in the file.
        jpeg: the frame at `time`, upright, square pixels.
        pcm: int16 little-endian mono, exactly one second.
        brightness: mean luma of the frame, 0..1.
        loudness: RMS of the sound in dBFS, at least -120.
        frames: where several were asked for: JPEGs 0.04 s apart, the middle one is `jpeg`.
        video_seconds: length of the video, or segment, that the clip was chosen from, as far as it
            has pictures with sound; 0.0 where nobody chose.
    """

    time: float
    jpeg: bytes
    pcm: bytes
    brightness: float
    loudness: float
    frames: tuple[bytes, ...] = ()
    video_seconds: float = 0.0


class MediaInfo(NamedTuple):
    """What a file holds.

    Attributes:
        duration: seconds.
        width: of the stored picture, before it is turned or its pixels made square; 0 without one.
        height: likewise.
        sample_rate: in Hz; 0 without sound.
        usable: (first, last) second at which a clip can be centred; None where there is none.
    """

    duration: float
    width: int
    height: int
    sample_rate: int
    usable: tuple[float, float] | None


def probe(source: Source) -> MediaInfo:
    """Says what a file holds, without decoding it.

    Raises:
        MediaError: the file can't be opened, is empty or truncated.
    """
    with MediaFile(source) as media:
        usable: tuple[float, float] | None
        try:
            first, last = usable_range(media)
            usable = (float(first), float(last))
        except MediaError:
            usable = None
        video, audio = media.video, media.audio
        return MediaInfo(
            media.duration,
            video.width if video else 0,
            video.height if video else 0,
            audio.sample_rate if audio else 0,
            usable,
        )


def usable_range(media: MediaFile, frames: int = 1) -> tuple[Fraction, Fraction]:
    """First and last second at which all frames and a whole second of sound around it exist.

    Raises:
        MediaError: no_video_stream, no_audio_stream, too_short.
    """
    media.need_video()
    media.need_audio()
    (video_start, video_end), (audio_start, audio_end) = media.video_range, media.audio_range
    half_sound = Fraction(CLIP_SECONDS, 2)
    half_frames = frames // 2 * FRAME_SECONDS
    first = max(video_start + half_frames, audio_start + half_sound)
    last = min(video_end - half_frames, audio_end - half_sound)
    if last < first:
        common = max(0.0, float(min(video_end, audio_end) - max(video_start, audio_start)))
        raise MediaError(
            media_error.TOO_SHORT, f"picture and sound run together for {common:.2f} s only"
        )
    return first, last


def read_clips(
    source: Source,
    times: Sequence[float],
    *,
    image_size: int = 256,
    sample_rate: int = 48000,
    jpeg_quality: int = 95,
    frames: int = 1,
) -> list[Clip]:
    """Decodes the clips centred on given times.

    Args:
        source: path or seekable binary file.
        times: ascending, in seconds of the file, each within the range `probe(...).usable`.
        image_size: short side of the JPEG in pixels (aspect kept; smaller frames are enlarged).
        sample_rate: of the sound, in Hz.
        jpeg_quality: 1..100.
        frames: frames around each time, 0.04 s apart; odd. 25 for "AVE+MF" ("Objects
            that Sound", section 3).

    Returns:
        A clip for each time: the last frame whose time stamp is not later, and the sound of the
        second around it.

    Raises:
        MediaError: with a machine-readable `reason`; nothing is ever guessed or filled in.
    """
    with MediaFile(source) as media:
        return clips_of(
            media,
            times,
            image_size=image_size,
            sample_rate=sample_rate,
            jpeg_quality=jpeg_quality,
            frames=frames,
        )


def clips_of(
    media: MediaFile,
    times: Sequence[float],
    *,
    image_size: int = 256,
    sample_rate: int = 48000,
    jpeg_quality: int = 95,
    frames: int = 1,
    leave_out_gaps: bool = False,
) -> list[Clip]:
    """`read_clips` of an open file.

    With `leave_out_gaps`, a clip whose sound has a hole is left out; the file is an error only if
    no clip remains.
    """
    if frames < 1 or frames % 2 == 0:
        raise ValueError(f"frames must be odd and positive, not {frames}")
    first, last = usable_range(media, frames)
    exact = [Fraction(time).limit_denominator(1_000_000) for time in times]
    if any(later < earlier for earlier, later in itertools.pairwise(exact)):
        raise ValueError(f"times must ascend: {list(times)}")
    for time in exact:
        if not first <= time <= last:
            raise MediaError(
                media_error.TOO_SHORT,
                f"no whole clip around {float(time):.3f} s; the file has them from "
                f"{float(first):.3f} s to {float(last):.3f} s",
            )
    sound, whole = _read_windows(media, exact, sample_rate, leave_out_gaps)
    kept = [time for time, keep in zip(exact, whole, strict=True) if keep]
    windows = sound[np.array(whole, bool)]  # [clips, samples]
    encoder = FrameEncoder(image_size, jpeg_quality, media.pixel_aspect)
    stills = _read_frames(media, kept, encoder, frames)
    middle = frames // 2
    return [
        Clip(
            float(time),
            around[middle].jpeg,
            window.astype("<i2", copy=False).tobytes(),
            around[middle].brightness,
            loudness_dbfs(window),
            tuple(still.jpeg for still in around) if middle else (),
        )
        for time, around, window in zip(kept, stills, windows, strict=True)
    ]


def _read_frames(
    media: MediaFile, times: list[Fraction], encoder: FrameEncoder, frames: int
) -> list[list[StillFrame]]:
    """The frames around each time."""
    middle = frames // 2
    around = [
        [time + (place - middle) * FRAME_SECONDS for place in range(frames)] for time in times
    ]
    wanted = sorted(set(itertools.chain.from_iterable(around)))
    stills = dict(zip(wanted, FrameReader(media, encoder).read(wanted), strict=True))
    return [[stills[time] for time in row] for row in around]


def _read_windows(
    media: MediaFile, times: list[Fraction], sample_rate: int, leave_out_gaps: bool
) -> tuple[np.ndarray, list[bool]]:
    """Sound around each time, int16 [times, samples], and which windows are complete."""
    half = Fraction(CLIP_SECONDS, 2)
    starts = [round((time - half) * sample_rate) for time in times]
    spans = [(time - half, time + half) for time in times]
    sound = SoundWindows(starts, CLIP_SECONDS * sample_rate)
    read_sound(media, sample_rate, sound.add, spans=spans)
    missing, overlapping = sound.missing(), sound.overlapping()
    most = TOLERANCE_SECONDS * sample_rate
    whole = [bool(wrong <= most) for wrong in missing + overlapping]
    if not all(whole) and not (leave_out_gaps and any(whole)):
        first = whole.index(False)
        lacks = missing[first] >= overlapping[first]
        wrong = "are missing" if lacks else "have the same time stamps as others"
        seconds = max(missing[first], overlapping[first]) / sample_rate
        raise MediaError(
            media_error.SOUND_GAP,
            f"{seconds:.3f} s of sound {wrong} around {float(times[first]):.3f} s",
        )
    replace_cancelled(media, sample_rate, sound, spans)
    return sound.windows, whole
