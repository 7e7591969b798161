"""One video to its tf.Examples."""

from __future__ import annotations

import functools
import os
import posixpath

import tensorflow as tf

from components.media import media_error
from components.media.clips import Clip, clips_of, usable_range
from components.media.media_error import MediaError
from components.media.media_file import MediaFile
from components.video_example_gen import storage
from components.video_example_gen.annotations import VideoAnnotation, read_annotations
from components.video_example_gen.ingest_config import IngestConfig
from components.video_example_gen.sampling import sample_times
from components.video_example_gen.video import Video
from components.video_example_gen.video_list import ANNOTATIONS_NAME
from models import examples


def ingest_video(video: Video, config: IngestConfig) -> list[tf.train.Example]:
    """Samples a video's times and makes an example of each.

    Returns:
        Examples of the contract in models/examples.py, ascending in time; at least one.

    Raises:
        MediaError: the video is rejected; why.
        ValueError: an annotations file is broken.
    """
    annotation = annotation_of(video.path, config.annotations)
    clips = _decode(video, config)
    loud = [clip for clip in clips if clip.loudness >= config.minimum_loudness_dbfs]
    if not loud:
        raise MediaError(
            media_error.SILENT,
            f"the loudest of {len(clips)} sampled seconds has "
            f"{max(clip.loudness for clip in clips):.1f} dBFS; the minimum is "
            f"{config.minimum_loudness_dbfs:g}",
        )
    return [_example(video, clip, annotation, config.sample_rate) for clip in loud]


def annotation_of(path: str, annotations: str) -> VideoAnnotation | None:
    """What the annotations file, the given or the one beside a video, says about it.

    Raises:
        ValueError: the file is broken.
    """
    name = annotations or posixpath.join(posixpath.dirname(path), ANNOTATIONS_NAME)
    return _annotations(name).get(posixpath.basename(path))


@functools.lru_cache(maxsize=64)
def _annotations(path: str) -> dict[str, VideoAnnotation]:
    if not storage.exists(path):
        return {}
    return read_annotations(storage.read_lines(path), path)


def _decode(video: Video, config: IngestConfig) -> list[Clip]:
    source = storage.open_source(video.path)
    try:
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
    except MediaError:
        raise
    except Exception as error:
        # A damaged file must cost that file only, whatever a decoder makes of it.
        detail = f"{type(error).__name__}: {error}"
        raise MediaError(media_error.DECODE_ERROR, detail) from error
    finally:
        if hasattr(source, "close"):
            source.close()


def _example(
    video: Video, clip: Clip, annotation: VideoAnnotation | None, sample_rate: int
) -> tf.train.Example:
    features: dict[str, examples.Value] = {
        examples.VIDEO_ID: os.fsencode(video.video_id),
        examples.VIDEO_GROUP: os.fsencode(video.group),
        examples.VIDEO_TIME: clip.time,
        examples.IMAGE: clip.jpeg,
        examples.IMAGE_BRIGHTNESS: clip.brightness,
        examples.AUDIO: clip.pcm,
        examples.AUDIO_SAMPLE_RATE: sample_rate,
        examples.AUDIO_LOUDNESS: clip.loudness,
    }
    label = video.label or (annotation.label if annotation else "")
    if label:
        features[examples.LABEL] = label
    if annotation:
        box = annotation.box_at(clip.time)
        if box:
            features[examples.BOX] = box
        if annotation.visible_labels:
            features[examples.VISIBLE_LABELS] = annotation.visible_labels
    return examples.make_example(features)
