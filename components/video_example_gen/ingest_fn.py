"""The Beam part of ingest. Imports no TFX: workers start in seconds."""

from __future__ import annotations

import concurrent.futures
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
from components.video_example_gen.clip_sampler import sample_clips
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
        yield from self.account(element, self.attempt(element))

    def attempt(self, element: Video) -> list[tf.train.Example] | MediaError:
        """Decodes a video; may run in any thread."""
        try:
            made: list[tf.train.Example] | MediaError = self._decode(element)
        except MediaError as error:
            made = error
        report_progress(self._progress, 0 if isinstance(made, MediaError) else len(made))
        return made

    def _decode(self, element: Video) -> list[tf.train.Example]:
        source = storage.open_source(element.path)
        try:
            clips = sample_clips(source, element, self._config)
        finally:
            if not isinstance(source, str):
                source.close()
        return ingest_video(element, clips, self._config)

    def account(
        self, element: Video, made: list[tf.train.Example] | MediaError
    ) -> Iterator[tf.train.Example | beam.pvalue.TaggedOutput]:
        """Counts and yields what `attempt` gave; Beam's counters work in Beam's thread only."""
        self._videos.inc()
        if isinstance(made, MediaError):
            Metrics.counter(METRICS_NAMESPACE, f"rejected_{made.reason}").inc()
            row = {"video": element.video_id, "reason": made.reason, "detail": made.detail}
            yield beam.pvalue.TaggedOutput(self.REJECTS, row)
            return
        self._examples.inc(len(made))
        yield from made


class WriteShard(beam.DoFn):
    """Turns a `Shard` into its TFRecord file; rejects go to the output `IngestVideo.REJECTS`.

    The media stay in the worker that decoded them. Records lie in an order that looks random and
    depends on ids, times and the seed only. A file appears whole or not at all.
    """

    def __init__(self, config: IngestConfig, progress: str = "", threads: int = 1):
        """Creates the DoFn.

        Args:
            config: what to do with each video.
            progress: path of the file that tells the main process of finished videos, or "".
            threads: that decode a shard's videos; decoders and encoders release Python's lock.
        """
        self._seed = config.seed
        self._threads = threads
        self._ingest = IngestVideo(config, progress)

    def process(self, element: Shard) -> Iterator[beam.pvalue.TaggedOutput]:
        """Writes a shard's file; yields rows to the rejects."""
        records: list[tuple[bytes, bytes]] = []
        with concurrent.futures.ThreadPoolExecutor(self._threads) as pool:
            attempts = list(pool.map(self._ingest.attempt, element.videos))
        for video, attempt in zip(element.videos, attempts, strict=True):
            for index, made in enumerate(self._ingest.account(video, attempt)):
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
