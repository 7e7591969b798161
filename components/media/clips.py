"""Frames with the second of sound centred on them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from components.media import media_error
from components.media.frames import FrameEncoder, FrameSelector
from components.media.media_error import MediaError
from components.media.media_file import MediaFile, Source
from components.media.sound import (
    TOLERANCE_SECONDS,
    MonoResampler,
    SoundWindows,
    decode,
    loudness_dbfs,
    read_sound,
)

CLIP_SECONDS = 1
"""Length of a clip's sound."""

_NEARLY_SILENT_DBFS = -45.0  # below this, a mix of two channels may have cancelled itself out
_CANCELLED_DB = 20.0


class Clip(NamedTuple):
    """A frame and the second of sound centred on it.

    Attributes:
        time: seconds in the file.
        jpeg: the frame, upright, square pixels.
        pcm: int16 little-endian mono, exactly one second.
        brightness: mean luma of the frame, 0..1.
        loudness: RMS of the sound in dBFS, at least -120.
    """

    time: float
    jpeg: bytes
    pcm: bytes
    brightness: float
    loudness: float


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


def usable_range(media: MediaFile) -> tuple[Fraction, Fraction]:
    """First and last second at which there is a frame and a whole second of sound around it.

    Raises:
        MediaError: no_video_stream, no_audio_stream, too_short.
    """
    media.need_video()
    media.need_audio()
    (video_start, video_end), (audio_start, audio_end) = media.video_range, media.audio_range
    half = Fraction(CLIP_SECONDS, 2)
    first = max(video_start, audio_start + half)
    last = min(video_end, audio_end - half)
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
) -> list[Clip]:
    """Decodes the clips centred on given times.

    Args:
        source: path or seekable binary file.
        times: ascending, in seconds of the file, each within the range `probe(...).usable`.
        image_size: short side of the JPEG in pixels (aspect kept; smaller frames are enlarged).
        sample_rate: of the sound, in Hz.
        jpeg_quality: 1..100.

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
        )


def clips_of(
    media: MediaFile,
    times: Sequence[float],
    *,
    image_size: int = 256,
    sample_rate: int = 48000,
    jpeg_quality: int = 95,
    leave_out_gaps: bool = False,
) -> list[Clip]:
    """`read_clips` of an open file.

    With `leave_out_gaps`, a clip whose sound has a hole is left out; the file is an error only if
    no clip remains.
    """
    first, last = usable_range(media)
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
    half = Fraction(CLIP_SECONDS, 2)
    starts = [round((time - half) * sample_rate) for time in exact]
    sound = SoundWindows(starts, CLIP_SECONDS * sample_rate)
    encoder = FrameEncoder(image_size, jpeg_quality, media.need_video().sample_aspect_ratio)
    frames = FrameSelector(media, exact, encoder)
    _decode_into(media, frames, sound, MonoResampler(sample_rate, media.origin))
    whole = _whole(sound, exact, sample_rate, leave_out_gaps)
    sound = _uncancelled(media, sound, starts, sample_rate)
    return [
        Clip(
            float(time),
            still.jpeg,
            window.astype("<i2", copy=False).tobytes(),
            still.brightness,
            loudness_dbfs(window),
        )
        for time, still, window, keep in zip(
            exact, frames.stills, sound.windows, whole, strict=True
        )
        if keep
    ]


def _decode_into(
    media: MediaFile, frames: FrameSelector, sound: SoundWindows, resampler: MonoResampler
) -> None:
    """One pass over the packets, until all frames and all sound are there."""
    video_index = media.need_video().index
    sound_done = False
    for packet in media.packets():
        if packet.stream_index == video_index:
            if not frames.done:
                for frame in decode(packet):
                    frames.feed(frame)
        elif not sound_done:
            for frame in decode(packet):
                for position, samples in resampler.feed(frame):
                    sound.add(position, samples)
                    sound_done = sound.is_past(position)
        if sound_done and frames.done:
            return
    frames.finish()
    for piece in resampler.feed(None):
        sound.add(*piece)


def _whole(
    sound: SoundWindows, times: list[Fraction], sample_rate: int, leave_out_gaps: bool
) -> list[bool]:
    """Which windows are complete."""
    missing = sound.missing()
    whole = [bool(lack <= TOLERANCE_SECONDS * sample_rate) for lack in missing]
    if all(whole) or (leave_out_gaps and any(whole)):
        return whole
    first = whole.index(False)
    raise MediaError(
        media_error.SOUND_GAP,
        f"{missing[first] / sample_rate:.3f} s of sound are missing around "
        f"{float(times[first]):.3f} s",
    )


def _uncancelled(
    media: MediaFile, sound: SoundWindows, starts: list[int], sample_rate: int
) -> SoundWindows:
    """The left channel instead of a stereo mix in which left and right cancelled each other."""
    if media.need_audio().codec_context.layout.nb_channels != 2 or not starts:
        return sound
    mixed = max(map(loudness_dbfs, sound.windows))
    if mixed >= _NEARLY_SILENT_DBFS:
        return sound
    left = SoundWindows(starts, sound.windows.shape[1])
    read_sound(media, sample_rate, left.add, channel=0)
    return left if max(map(loudness_dbfs, left.windows)) > mixed + _CANCELLED_DB else sound
