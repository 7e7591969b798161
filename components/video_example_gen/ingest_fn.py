"""The Beam part of ingest. Imports no TFX: workers start in seconds."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterable, Iterator

import apache_beam as beam
import tensorflow as tf
from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems
from apache_beam.metrics import Metrics

from components.media.media_error import MediaError
from components.video_example_gen import storage
from components.video_example_gen.ingest_config import IngestConfig
from components.video_example_gen.ingest_progress import report_progress
from components.video_example_gen.ingest_video import ingest_video
from components.video_example_gen.shards import Shard, order_key
from components.video_example_gen.video import Video

METRICS_NAMESPACE = "VideoExampleGen"

# Gzip for TFX's sake, but uncompressed inside: JPEG and sound do not shrink, and inflating them
# would cost the trainer more than everything else it does to an example.
_RECORD_OPTIONS = tf.io.TFRecordOptions(compression_type="GZIP", compression_level=0)


class IngestVideo(beam.DoFn):
    """Turns a `Video` into tf.Examples; rejected videos go, as rows, to the output `REJECTS`."""

    REJECTS = "rejects"

    def __init__(self, config: IngestConfig, progress: str = ""):
        """Creates the DoFn.

        Args:
            config: what to do with each video.
            progress: path of the file that tells the main process of finished videos, or "".
        """
        self._config = config
        self._progress = progress
        self._videos = Metrics.counter(METRICS_NAMESPACE, "videos")
        self._examples = Metrics.counter(METRICS_NAMESPACE, "examples")

    def process(self, element: Video) -> Iterator[tf.train.Example | beam.pvalue.TaggedOutput]:
        """Yields a video's examples, or its row to the rejects."""
        self._videos.inc()
        try:
            made = ingest_video(element, self._config)
        except MediaError as error:
            Metrics.counter(METRICS_NAMESPACE, f"rejected_{error.reason}").inc()
            report_progress(self._progress, 0)
            row = {"video": element.video_id, "reason": error.reason, "detail": error.detail}
            yield beam.pvalue.TaggedOutput(self.REJECTS, row)
            return
        self._examples.inc(len(made))
        report_progress(self._progress, len(made))
        yield from made


class WriteShard(beam.DoFn):
    """Turns a `Shard` into its TFRecord file; rejects go to the output `IngestVideo.REJECTS`.

    The media stay in the worker that decoded them. Records lie in an order that looks random and
    depends on ids, times and the seed only. A file appears whole or not at all.
    """

    def __init__(self, config: IngestConfig, progress: str = ""):
        """Creates the DoFn; arguments as of `IngestVideo`."""
        self._seed = config.seed
        self._ingest = IngestVideo(config, progress)

    def process(self, element: Shard) -> Iterator[beam.pvalue.TaggedOutput]:
        """Writes a shard's file; yields rows to the rejects."""
        records: list[tuple[bytes, bytes]] = []
        for video in element.videos:
            for index, made in enumerate(self._ingest.process(video)):
                if isinstance(made, beam.pvalue.TaggedOutput):
                    yield made
                else:
                    key = order_key(self._seed, f"{index}/{video.video_id}")
                    records.append((key, made.SerializeToString(deterministic=True)))
        if records:
            Metrics.counter(METRICS_NAMESPACE, f"examples_{element.split}").inc(len(records))
            records.sort()
            write_records(element.path, (record for _, record in records))


def write_records(path: str, records: Iterable[bytes]) -> None:
    """Writes a TFRecord file that appears under its name when it is whole."""
    # An object on remote storage appears when it is closed; a local file needs a rename for that.
    folder, name = os.path.split(path)
    target = path if storage.is_remote(path) else f"{folder}/.{name}.{uuid.uuid4().hex}"
    with tf.io.TFRecordWriter(target, _RECORD_OPTIONS) as writer:
        for record in records:
            writer.write(record)
    if target != path:
        os.replace(target, path)


def write_rejects(rows: Iterable[dict[str, str]], path: str) -> None:
    """Writes reject rows, sorted by video, as JSON lines."""
    ordered = sorted(rows, key=lambda row: row["video"])
    with FileSystems.create(path, compression_type=CompressionTypes.UNCOMPRESSED) as file:
        for row in ordered:
            file.write(json.dumps(row).encode() + b"\n")
