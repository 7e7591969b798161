"""One video's clips to its tf.Examples."""

from __future__ import annotations

import functools
import posixpath
from collections.abc import Sequence

import tensorflow as tf

from objects_that_sound.components.media.clips import Clip
from objects_that_sound.components.video_example_gen import storage
from objects_that_sound.components.video_example_gen.annotations import (
    VideoAnnotation,
    read_annotations,
)
from objects_that_sound.components.video_example_gen.ingest_config import IngestConfig
from objects_that_sound.components.video_example_gen.video import Video
from objects_that_sound.components.video_example_gen.video_list import ANNOTATIONS_NAME
from objects_that_sound.models import examples
from objects_that_sound.models.sound_codec import encode_sound


def ingest_video(
    video: Video, clips: Sequence[Clip], config: IngestConfig
) -> list[tf.train.Example]:
    """Makes an example of each of a video's clips.

    Args:
        video: where the clips come from.
        clips: as `clip_sampler.sample_clips` gives them.
        config: names the annotations, and how sound is stored.

    Returns:
        Examples of the contract in models/examples.py, in the order of the clips.

    Raises:
        ValueError: an annotations file is broken.
    """
    annotation = annotation_of(video.path, config.annotations)
    return [_example(video, clip, annotation, config) for clip in clips]


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


def _example(
    video: Video, clip: Clip, annotation: VideoAnnotation | None, config: IngestConfig
) -> tf.train.Example:
    features: dict[str, examples.Value] = {
        examples.VIDEO_ID: video.video_id,
        examples.VIDEO_GROUP: video.group,
        examples.VIDEO_TIME: clip.time,
        examples.IMAGE: clip.jpeg,
        examples.IMAGE_BRIGHTNESS: clip.brightness,
        examples.AUDIO_SAMPLE_RATE: config.sample_rate,
        examples.AUDIO_LOUDNESS: clip.loudness,
    }
    if config.audio_codec == "pcm":
        features[examples.AUDIO] = clip.pcm
    else:
        features[examples.ENCODED_AUDIO] = encode_sound(
            clip.pcm, config.sample_rate, config.audio_codec
        )
    if clip.frames:
        features[examples.FRAMES] = clip.frames
    heard = annotation.labels_at(clip.time) if annotation else []
    labels = video.labels or ([video.label] if video.label else heard)
    if labels:
        features[examples.LABEL] = video.label or labels[0]
        features[examples.LABELS] = labels
    if annotation:
        box = annotation.box_at(clip.time)
        if box:
            features[examples.BOX] = box
        if annotation.visible_labels:
            features[examples.VISIBLE_LABELS] = annotation.visible_labels
    return examples.make_example(features)
