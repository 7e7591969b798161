"""The Beam part of ingest. Imports no TFX: workers start in seconds."""

from __future__ import annotations

import collections
import functools
import json
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from typing import Any, NamedTuple

import apache_beam as beam
import tensorflow as tf
from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems
from apache_beam.metrics import Metrics
from apache_beam.transforms.window import GlobalWindows
from apache_beam.utils.windowed_value import WindowedValue

from objects_that_sound.components.media.clips import Clip
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.video_example_gen.clip_sampler import sample_clips
from objects_that_sound.components.video_example_gen.decoder_pool import DecoderPool
from objects_that_sound.components.video_example_gen.ingest_config import IngestConfig
from objects_that_sound.components.video_example_gen.ingest_progress import report_progress
from objects_that_sound.components.video_example_gen.ingest_video import ingest_video
from objects_that_sound.components.video_example_gen.shard_key import shard_key
from objects_that_sound.components.video_example_gen.shard_store import FinishedShard, ShardStore
from objects_that_sound.components.video_example_gen.shards import Shard, order_key
from objects_that_sound.components.video_example_gen.video import Video

METRICS_NAMESPACE = "VideoExampleGen"
REJECTS = "rejects"
"""Output of IngestVideo: rows of rejected videos."""

_AHEAD = 1  # shards whose videos decoders may begin while an earlier shard lacks its last ones


class ShardResult(NamedTuple):
    """What a run learns of a shard.

    One element of Beam's, and data instead of Beam's counters, so that numbers and rows always
    match: some engines' counters have the work of a failed and repeated try too.

    Attributes:
        counts: videos, milliseconds (length of the videos that gave examples), examples,
            examples_SPLIT, rejected_REASON, reused_shards.
        rejects: rows of rejects.jsonl.
    """

    counts: dict[str, int]
    rejects: list[dict[str, str]]


class IngestVideo(beam.DoFn):
    """Turns a `Video` into tf.Examples; rejected videos go, as rows, to the output `REJECTS`."""

    def __init__(self, config: IngestConfig):
        """Creates the DoFn; `config` says what to do with each video."""
        self._config = config

    def setup(self) -> None:
        """Makes the decoder."""
        self._pool = DecoderPool(1)

    def teardown(self) -> None:
        """Ends the decoder."""
        self._pool.close()

    def process(self, element: Video) -> Iterator[tf.train.Example | beam.pvalue.TaggedOutput]:
        """Yields a video's examples, or its row to the rejects."""
        future = self._pool.submit(sample_clips, element.path, element, self._config)
        try:
            clips = future.result()
        except MediaError as error:
            yield beam.pvalue.TaggedOutput(REJECTS, _row(element, error))
            return
        yield from ingest_video(element, clips, self._config)


class WriteShard(beam.DoFn):
    """Turns a `Shard` into its TFRecord file and a `ShardResult`.

    Media stay in the worker that decoded them. Records lie in an order that looks random and
    depends on ids, times and the seed only. A shard that the store has is not decoded again.
    """

    def __init__(
        self, config: IngestConfig, store: ShardStore, progress: str = "", processes: int = 1
    ):
        """Creates the DoFn.

        Args:
            config: what to do with each video.
            store: of finished shards.
            progress: path of the file that tells the main process of finished videos, or "".
            processes: that decode.
        """
        self._config = config
        self._store = store
        self._progress = progress
        self._processes = processes
        self._begun: collections.deque[_BegunShard] = collections.deque()

    def setup(self) -> None:
        """Makes the decoders."""
        self._pool = DecoderPool(self._processes)

    def teardown(self) -> None:
        """Ends the decoders."""
        self._pool.close()

    def start_bundle(self) -> None:
        """Forgets what a failed bundle has left."""
        for begun in self._begun:
            for future in begun.clips:
                future.cancel()
        self._begun.clear()

    def process(self, element: Shard) -> Iterator[ShardResult]:
        """Begins a shard; finishes the one before it."""
        self._begun.append(self._begin(element))
        if len(self._begun) > _AHEAD:
            yield self._finish(self._begun.popleft())

    def finish_bundle(self) -> Iterator[WindowedValue]:
        """Finishes the last shards."""
        while self._begun:
            yield GlobalWindows.windowed_value(self._finish(self._begun.popleft()))

    def _begin(self, shard: Shard) -> _BegunShard:
        config = self._config.of_split(shard.split)
        key = shard_key(shard, config)
        finished = self._store.find(key)
        clips: collections.deque[Future[list[Clip]]] = collections.deque()
        if finished is None:
            for video in shard.videos:
                future = self._pool.submit(sample_clips, video.path, video, config)
                future.add_done_callback(functools.partial(self._report, video))
                clips.append(future)
        return _BegunShard(shard, key, finished, clips)

    def _finish(self, begun: _BegunShard) -> ShardResult:
        """Completes a shard."""
        shard, finished = begun.shard, begun.finished
        counts: collections.Counter[str] = collections.Counter()
        if finished is None:
            finished = self._make(begun)
        else:
            counts["reused_shards"] = 1
            report_progress(
                self._progress,
                videos=len(shard.videos),
                examples=finished.examples,
                rejects=finished.rejects,
                reused_shards=1,
            )
        if finished.examples:
            self._store.deliver(begun.key, shard.path)
        counts["videos"] = len(shard.videos)
        counts["milliseconds"] = round(1000 * finished.seconds)
        counts["examples"] = counts[f"examples_{shard.split}"] = finished.examples
        counts.update(f"rejected_{row['reason']}" for row in finished.rejects)
        for name, number in counts.items():  # for those who watch an engine's display
            Metrics.counter(METRICS_NAMESPACE, name).inc(number)
        return ShardResult(dict(counts), finished.rejects)

    def _make(self, begun: _BegunShard) -> FinishedShard:
        records: list[tuple[bytes, bytes]] = []
        rejects: list[dict[str, str]] = []
        seconds = 0.0
        for video in begun.shard.videos:
            try:
                clips = begun.clips.popleft().result()
            except MediaError as error:
                rejects.append(_row(video, error))
                continue
            seconds += clips[0].video_seconds
            for index, example in enumerate(ingest_video(video, clips, self._config)):
                key = order_key(self._config.seed, f"{index}/{video.video_id}")
                records.append((key, example.SerializeToString(deterministic=True)))
        records.sort()
        return self._store.add(begun.key, (record for _, record in records), rejects, seconds)

    def _report(self, video: Video, future: Future[list[Clip]]) -> None:
        """Called from the decoders' threads as soon as a video is done."""
        if future.cancelled():
            return
        error = future.exception()
        if isinstance(error, MediaError):
            report_progress(self._progress, rejects=[_row(video, error)])
        elif error is None:
            report_progress(self._progress, examples=len(future.result()))


class _BegunShard(NamedTuple):
    shard: Shard
    key: str
    finished: FinishedShard | None
    clips: collections.deque[Future[list[Clip]]]


def write_rows(rows: Iterable[dict[str, str]], path: str) -> None:
    """Writes rows about videos (rejects, say), sorted by video, as JSON lines."""
    ordered = sorted(rows, key=lambda row: row["video"])
    with FileSystems.create(path, compression_type=CompressionTypes.UNCOMPRESSED) as file:
        for row in ordered:
            file.write(json.dumps(row).encode() + b"\n")


def write_counts(counts: Iterable[dict[str, int]], path: str) -> None:
    """Writes the sums of all shards' counts as JSON."""
    total: collections.Counter[str] = collections.Counter()
    for one in counts:
        total.update(one)
    with FileSystems.create(path, compression_type=CompressionTypes.UNCOMPRESSED) as file:
        file.write(json.dumps(total).encode())


def _row(video: Video, error: MediaError) -> dict[str, Any]:
    return {"video": video.video_id, "reason": error.reason, "detail": error.detail}
