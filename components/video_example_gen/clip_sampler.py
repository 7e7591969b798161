"""One video file to its clips. Imports neither TensorFlow nor Beam: runs in decoder processes."""

from __future__ import annotations

from components.media import media_error
from components.media.clips import Clip, clips_of, usable_range
from components.media.media_error import MediaError
from components.media.media_file import MediaFile, Source
from components.video_example_gen.ingest_config import IngestConfig
from components.video_example_gen.sampling import sample_times
from components.video_example_gen.video import Video


def sample_clips(source: Source, video: Video, config: IngestConfig) -> list[Clip]:
    """Samples a video's times and decodes the clip around each.

    Args:
        source: the video's local path, or a seekable binary file of its content.
        video: decides, by its id, the choice of times.
        config: how many clips, and what they are like.

    Returns:
        Clips that are loud enough, ascending in time; at least one.

    Raises:
        MediaError: the video is rejected; why. No other error comes from a damaged file.
    """
    try:
        clips = _decode(source, video, config)
    except MediaError:
        raise
    except MemoryError as error:
        raise MediaError(media_error.OUT_OF_MEMORY, str(error) or "no memory left") from error
    except Exception as error:
        # A damaged file must cost that file only, whatever a decoder makes of it.
        detail = f"{type(error).__name__}: {error}"
        raise MediaError(media_error.DECODE_ERROR, detail) from error
    loud = [clip for clip in clips if clip.loudness >= config.minimum_loudness_dbfs]
    if not loud:
        raise MediaError(
            media_error.SILENT,
            f"the loudest of {len(clips)} sampled seconds has "
            f"{max(clip.loudness for clip in clips):.1f} dBFS; the minimum is "
            f"{config.minimum_loudness_dbfs:g}",
        )
    return loud


def _decode(source: Source, video: Video, config: IngestConfig) -> list[Clip]:
    with MediaFile(source) as media:
        first, last = usable_range(media)
        times = sample_times(
            first,
            last,
            config.examples_per_video,
            seed=config.seed,
            video_id=video.video_id,
        )
        if not times:
            raise MediaError(
                media_error.TOO_SHORT,
                "no multiple of 0.04 s has a whole second of sound around it",
            )
        return clips_of(
            media,
            times,
            image_size=config.image_size,
            sample_rate=config.sample_rate,
            jpeg_quality=config.jpeg_quality,
            leave_out_gaps=True,
        )
