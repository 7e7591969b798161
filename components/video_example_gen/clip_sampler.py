"""One video file to its clips. Imports neither TensorFlow nor Beam: runs in decoder processes."""

from __future__ import annotations

import math
from fractions import Fraction

from objects_that_sound.components.media import media_error
from objects_that_sound.components.media.clips import (
    CLIP_SECONDS,
    Clip,
    clips_of,
    usable_range,
)
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.media.media_file import MediaFile, Source
from objects_that_sound.components.video_example_gen.ingest_config import IngestConfig
from objects_that_sound.components.video_example_gen.sampling import (
    TICK,
    sample_times,
    segment_range,
)
from objects_that_sound.components.video_example_gen.video import Video

_TRIES = 3


def sample_clips(source: Source, video: Video, config: IngestConfig) -> list[Clip]:
    """Samples a video's times and decodes the clip around each.

    Where a clip is too quiet, or its sound has a gap, another time close by is tried, twice at
    most: a video of few loud moments gives nearly as many examples as others, for little decoding.

    Args:
        source: the video's local path, or a seekable binary file of its content.
        video: decides, by its id, the choice of times; limits it, if it is a segment.
        config: how many clips, and what they are like.

    Returns:
        Clips that are loud enough, ascending in time; at least one. Each knows the video's length.

    Raises:
        MediaError: the video is rejected; why. No other error comes from a damaged file.
    """
    try:
        with MediaFile(source) as media:
            return _sample(media, video, config)
    except MediaError:
        raise
    except MemoryError as error:
        raise MediaError(media_error.OUT_OF_MEMORY, str(error) or "no memory left") from error
    except Exception as error:
        # A damaged file must cost that file only, whatever a decoder makes of it.
        detail = f"{type(error).__name__}: {error}"
        raise MediaError(media_error.DECODE_ERROR, detail) from error


def _sample(media: MediaFile, video: Video, config: IngestConfig) -> list[Clip]:
    first, last = _range(media, video, config)
    loud: dict[int, Clip] = {}  # by slot
    tried: set[float] = set()
    loudest = -math.inf
    failure: MediaError | None = None
    for attempt in range(_TRIES):
        times = sample_times(
            first,
            last,
            config.examples_per_video,
            seed=config.seed,
            video_id=video.video_id,
            attempt=attempt,
        )
        slots = {
            time: slot for slot, time in enumerate(times) if slot not in loud and time not in tried
        }
        if not slots:
            break
        tried.update(slots)
        try:
            clips = _decode(media, list(slots), config)
        except MediaError as error:
            if error.reason != media_error.SOUND_GAP and not loud:
                raise
            failure = error
            continue
        loudest = max([loudest, *(clip.loudness for clip in clips)])
        for clip in clips:
            if clip.loudness >= config.min_loudness_dbfs:
                loud[slots[clip.time]] = clip
    if loud:
        seconds = float(last - first) + CLIP_SECONDS
        return [loud[slot]._replace(video_seconds=seconds) for slot in sorted(loud)]
    if failure is not None and loudest == -math.inf:
        raise failure
    raise MediaError(
        media_error.SILENT,
        f"the loudest of {len(tried)} sampled seconds has {loudest:.1f} dBFS; the minimum is "
        f"{config.min_loudness_dbfs:g}",
    )


def _range(media: MediaFile, video: Video, config: IngestConfig) -> tuple[Fraction, Fraction]:
    """First and last time at which an example may be centred."""
    whole = usable_range(media, config.frames)
    first, last = segment_range(*whole, video.start, video.end, frames=config.frames)
    if math.ceil(first / TICK) <= math.floor(last / TICK):
        return first, last
    if (first, last) == whole:
        raise MediaError(
            media_error.TOO_SHORT, "no multiple of 0.04 s has a whole second of sound around it"
        )
    raise MediaError(
        media_error.TOO_SHORT,
        f"the segment has no whole second of sound in common with the file, which has examples "
        f"from {float(whole[0]):.2f} s to {float(whole[1]):.2f} s; is it cut already? Then its name "
        "must be <id>_<start>",
    )


def _decode(media: MediaFile, times: list[float], config: IngestConfig) -> list[Clip]:
    return clips_of(
        media,
        times,
        image_size=config.image_size,
        sample_rate=config.sample_rate,
        jpeg_quality=config.jpeg_quality,
        leave_out_gaps=True,
        frames=config.frames,
    )
