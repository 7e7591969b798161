"""What VideoExampleGen does when it runs."""

from __future__ import annotations

import collections
import contextlib
import json
import posixpath
from collections.abc import Iterator
from typing import Any, cast

import apache_beam as beam
from absl import logging
from apache_beam.options.pipeline_options import DirectOptions
from google.protobuf import json_format, struct_pb2
from tfx import types
from tfx.components.example_gen import utils, write_split
from tfx.components.example_gen.base_example_gen_executor import BaseExampleGenExecutor
from tfx.components.util import examples_utils
from tfx.proto import example_gen_pb2
from tfx.types import artifact_utils, standard_component_specs
from tfx.utils import proto_utils

from objects_that_sound.components.video_example_gen import storage
from objects_that_sound.components.video_example_gen.artifact_names import (
    REJECTS_NAME,
    STORE_NAME,
    VIDEOS_NAME,
)
from objects_that_sound.components.video_example_gen.ingest_config import IngestConfig
from objects_that_sound.components.video_example_gen.ingest_fn import (
    REJECTS,
    IngestVideo,
    ShardResult,
    WriteShard,
    write_counts,
    write_rows,
)
from objects_that_sound.components.video_example_gen.ingest_progress import IngestProgress
from objects_that_sound.components.video_example_gen.ingest_video import annotation_of
from objects_that_sound.components.video_example_gen.shard_store import ShardStore
from objects_that_sound.components.video_example_gen.shards import Shard, make_shards
from objects_that_sound.components.video_example_gen.splits import (
    LEAST_GROUPS,
    TRAIN,
    VAL,
    named_or_dealt,
)
from objects_that_sound.components.video_example_gen.video import Video
from objects_that_sound.components.video_example_gen.video_inputs import find_inputs
from objects_that_sound.models import examples
from objects_that_sound.serving.launcher.usable_processors import usable_processors

_COUNTS_NAME = "counts"  # in the store; with no suffix, for it is no shard

_LOCAL_RUNNERS = ("FnApiRunner", "DirectRunner", "SwitchingDirectRunner", "BundleBasedDirectRunner")


class Executor(BaseExampleGenExecutor):
    """Decodes videos in Beam workers, each of which writes whole shards.

    The base class would send every example through Beam's shuffle to split and to write it; here
    the split of a video is known from its name, so that media never leave the worker that decoded
    them, and what a shard holds depends on the videos and the seed alone.

    Finished shards go to a store beside the artifact first. A run that failed or was killed leaves
    it behind, and the next one decodes only what is not in it.
    """

    def GetInputSourceToExamplePTransform(self) -> beam.PTransform:
        """Videos to tf.Examples, for users of the base class's `GenerateExamplesByBeam`."""
        return cast(beam.PTransform, _videos_to_examples)  # TFX means what makes one

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Ingests all videos.

        Args:
            input_dict: nothing.
            output_dict: `examples`: one artifact; gets the splits, `rejects.jsonl` and properties.
            exec_properties: as of every file-based ExampleGen; `custom_config` holds an
                `IngestConfig`.

        Raises:
            ValueError: the configuration or an annotations file can't be right, or there are too
                few groups of videos to split.
            FileNotFoundError: there are no videos.
            RuntimeError: no video could be used, or none of a split.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        artifact = artifact_utils.get_single_instance(
            output_dict[standard_component_specs.EXAMPLES_KEY]
        )
        config = _config(exec_properties)
        videos = _split_videos(exec_properties, config)
        artifact.split_names = artifact_utils.encode_split_names(list(videos))
        shards: list[Shard] = []
        for split, members in videos.items():
            shards += make_shards(
                split,
                artifact_utils.get_split_uri([artifact], split),
                members,
                config=config,
            )
        store = ShardStore(posixpath.join(posixpath.dirname(artifact.uri), STORE_NAME))
        found = store.prepare()
        if found:
            logging.info("VideoExampleGen: %s has %d finished shards", store.folder, found)
        # TFX removes the artifact of a failed execution: a second file stays.
        rejects = [posixpath.join(folder, REJECTS_NAME) for folder in (artifact.uri, store.folder)]
        counts = self._run(shards, config, store, rejects)
        _check_splits(videos, counts, rejects[-1])
        used = [split for split in videos if counts[f"examples_{split}"]]
        artifact.split_names = artifact_utils.encode_split_names(used)
        write_rows(_rows(videos), posixpath.join(artifact.uri, VIDEOS_NAME))
        _describe(artifact, counts)
        file_format = exec_properties.get(standard_component_specs.OUTPUT_FILE_FORMAT_KEY)
        payload_format = exec_properties.get(standard_component_specs.OUTPUT_DATA_FORMAT_KEY)
        if payload_format:
            examples_utils.set_payload_format(artifact, payload_format)
        if file_format:
            examples_utils.set_file_format(artifact, write_split.to_file_format_str(file_format))
        store.remove()
        logging.info("VideoExampleGen: %s", dict(counts))

    def _run(
        self, shards: list[Shard], config: IngestConfig, store: ShardStore, rejects: list[str]
    ) -> collections.Counter[str]:
        """Runs the Beam pipeline; returns the sums of its shards' counts.

        Writes the rows of rejects to all of `rejects`, those up to then if it fails.
        """
        pipeline = self._make_beam_pipeline()
        local = type(pipeline.runner).__name__ in _LOCAL_RUNNERS
        total = sum(len(shard.videos) for shard in shards)
        # Several workers use several CPUs already.
        alone = pipeline.options.view_as(DirectOptions).direct_running_mode == "in_memory"
        processes = usable_processors() if local and alone else 1
        folder = None if storage.is_remote(store.folder) else store.folder
        with IngestProgress(total, shards=len(shards), folder=folder, shown=local) as progress:
            write_shard = WriteShard(config, store, progress.path, processes)
            results = (
                pipeline
                | "Shards" >> beam.Create(shards)
                | "Spread" >> beam.Reshuffle()
                | "DecodeAndWrite" >> beam.ParDo(write_shard)
            )
            counts_path = posixpath.join(store.folder, _COUNTS_NAME)
            _ = (
                pipeline
                | "Once" >> beam.Create([(counts_path, rejects)])
                | "WriteResults" >> beam.Map(_write_results, beam.pvalue.AsList(results))
            )
            try:
                result = pipeline.run()
                result.wait_until_finish()
            except BaseException:
                if local:
                    for path in rejects:
                        with contextlib.suppress(OSError):  # a full disk, say; that is the error
                            write_rows(progress.rejects(), path)
                raise
        sums = collections.Counter(json.loads("".join(storage.read_lines(counts_path))))
        if sums["videos"] != total:
            raise RuntimeError(
                f"Beam's {type(pipeline.runner).__name__} gave back {sums['videos']} of {total} "
                "videos; run again, or with other beam_pipeline_args"
            )
        return sums


def _write_results(paths: tuple[str, list[str]], results: list[ShardResult]) -> None:
    counts_path, rejects_paths = paths
    for path in rejects_paths:
        write_rows((row for result in results for row in result.rejects), path)
    write_counts((result.counts for result in results), counts_path)


@beam.ptransform_fn
@beam.typehints.with_input_types(beam.Pipeline)
def _videos_to_examples(
    pipeline: beam.Pipeline, exec_properties: dict[str, Any], split_pattern: str
) -> beam.pvalue.PCollection:
    """The files of one pattern as tf.Examples; rejects are counted only."""
    config = _config(exec_properties)
    base = exec_properties[standard_component_specs.INPUT_BASE_KEY]
    return (
        pipeline
        | "Videos" >> beam.Create(find_inputs(base, split_pattern, config))
        | "Spread" >> beam.Reshuffle()
        | "Decode" >> beam.ParDo(IngestVideo(config)).with_outputs(REJECTS, main="examples")
    ).examples


def _config(exec_properties: dict[str, Any]) -> IngestConfig:
    serialized = exec_properties.get(standard_component_specs.CUSTOM_CONFIG_KEY)
    if not serialized:
        return IngestConfig()
    custom_config = example_gen_pb2.CustomConfig()
    struct = struct_pb2.Struct()
    proto_utils.json_to_proto(serialized, custom_config)
    custom_config.custom_config.Unpack(struct)
    return IngestConfig.from_dict(json_format.MessageToDict(struct))


def _split_videos(exec_properties: dict[str, Any], config: IngestConfig) -> dict[str, list[Video]]:
    """All videos by split; no group is in two splits."""
    base = exec_properties[standard_component_specs.INPUT_BASE_KEY]
    input_config = example_gen_pb2.Input()
    output_config = example_gen_pb2.Output()
    proto_utils.json_to_proto(
        exec_properties[standard_component_specs.INPUT_CONFIG_KEY], input_config
    )
    proto_utils.json_to_proto(
        exec_properties[standard_component_specs.OUTPUT_CONFIG_KEY], output_config
    )
    names = utils.generate_output_split_names(input_config, output_config)
    feature = output_config.split_config.partition_feature_name
    if feature not in ("", examples.VIDEO_GROUP):
        raise ValueError(
            f"partition_feature_name is {feature!r}, but videos are split by {examples.VIDEO_GROUP}"
            " only: choose groups with group_regex"
        )
    if not output_config.split_config.splits:
        videos = {
            split.name: find_inputs(base, split.pattern, config) for split in input_config.splits
        }
        _check_groups(videos)
    else:
        found = find_inputs(base, input_config.splits[0].pattern, config)
        shares = [(split.name, split.hash_buckets) for split in output_config.split_config.splits]
        groups = named_or_dealt(
            ((video.group, video.split) for video in found),
            shares,
            method=config.split_method,
            seed=config.seed,
        )
        by_split = {
            name: [v for v in found if groups[v.group] == name]
            for name in dict.fromkeys([TRAIN, VAL, *names])
        }
        videos = {name: members for name, members in by_split.items() if members}
    # A broken annotations file is found before hours of decoding.
    one_by_folder = {
        posixpath.dirname(video.path): video for members in videos.values() for video in members
    }
    for video in one_by_folder.values():
        annotation_of(video.path, config.annotations)
    return videos


def _check_groups(videos: dict[str, list[Video]]) -> None:
    owner: dict[str, str] = {}
    for split, members in videos.items():
        for video in members:
            other = owner.setdefault(video.group, split)
            if other != split:
                raise ValueError(
                    f"group {video.group!r} is in both input splits {other} and {split}: move its "
                    "videos into one of them"
                )


def _rows(videos: dict[str, list[Video]]) -> Iterator[dict[str, str]]:
    """What the artifact keeps of its videos: where they came from, long after their list changed."""
    for split, members in videos.items():
        for video in members:
            yield {
                "video": video.video_id,
                "path": video.path,
                "split": split,
                "version": video.version,
                "group": video.group,
            }


def _check_splits(
    videos: dict[str, list[Video]], counts: collections.Counter[str], rejects: str
) -> None:
    reasons = ", ".join(f"{number} {reason}" for reason, number in _by_reason(counts).items())
    if not counts["examples"]:
        raise RuntimeError(
            f"none of {counts['videos']} videos could be used ({reasons}). {rejects} has the reason of "
            "each"
        )
    rejected = {json.loads(line)["video"] for line in storage.read_lines(rejects)}
    for split, members in videos.items():
        if split == VAL:  # which its absence does not stop
            continue
        if not counts[f"examples_{split}"]:
            raise RuntimeError(
                f"split {split} got no examples, because all of its videos were rejected ({reasons}). "
                f"{rejects} has the reason of each. Give more videos"
            )
        there = {video.group for video in members}
        left = {video.group for video in members if video.video_id not in rejected}
        if len(left) < LEAST_GROUPS <= len(there):
            raise RuntimeError(
                f"split {split} has videos of one group only, {', '.join(left)}, because those of "
                f"{len(there) - len(left)} others were rejected ({reasons}). A mismatched pair takes "
                f"two groups. {rejects} has the reason of each. Give more videos"
            )


def _by_reason(counts: collections.Counter[str]) -> dict[str, int]:
    prefix = "rejected_"
    return {
        name.removeprefix(prefix): counts[name]
        for name in sorted(counts)
        if name.startswith(prefix) and counts[name]
    }


def _describe(artifact: types.Artifact, counts: collections.Counter[str]) -> None:
    rejects = _by_reason(counts)
    artifact.set_int_custom_property("num_videos", counts["videos"])
    artifact.set_int_custom_property("num_seconds", round(counts["milliseconds"] / 1000))
    artifact.set_int_custom_property("num_examples", counts["examples"])
    artifact.set_int_custom_property("num_rejects", sum(rejects.values()))
    artifact.set_string_custom_property("rejects", json.dumps(rejects))
