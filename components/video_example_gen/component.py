"""VideoExampleGen: videos in, tf.Examples of frames and their sound out."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from google.protobuf import json_format, struct_pb2
from tfx.components.example_gen.component import FileBasedExampleGen
from tfx.dsl.components.base import executor_spec
from tfx.proto import example_gen_pb2, range_config_pb2

from objects_that_sound.components.literal_path import check_literal_path
from objects_that_sound.components.video_example_gen.executor import Executor
from objects_that_sound.components.video_example_gen.ingest_config import IngestConfig
from objects_that_sound.components.video_example_gen.splits import split_shares
from objects_that_sound.models import examples


class VideoExampleGen(FileBasedExampleGen):
    """Ingests videos: a frame and the second of sound centred on it, at sampled times.

    Input is a folder (`input_base`, with a glob in `input_config`), or a list of videos and
    segments (`video_list`, a CSV made by `write_video_list`, or by hand: a column `path`, and
    `start`, `end`, `group`, `labels`, `id`, `split` where wanted). Both may name remote files that
    Beam can open, as far as TFX's driver knows the storage of the folder or list. The driver sees
    changed files directly below the folder; in a list it sees every change.

    For continuous training, patterns may have `{SPAN}`, `{VERSION}` or `{YYYY}`, `{MM}`, `{DD}`, as
    in every file-based ExampleGen: `span-{SPAN}/v{VERSION}/*`, or `span-{SPAN}.csv` for lists. The
    latest span is ingested, or the one of a `range_config` (TFX takes one span a run; a Resolver
    hands several to the Trainer). A list's column `split` says which split a video goes into, and
    `id` what it is called, so that both hold from span to span; without them, `split_method="hash"`
    with `group_regex` and the same seed keeps a group in its split.

    Outputs `examples`: splits by groups of videos, never by example; records as in
    models/examples.py. Its folder also holds `rejects.jsonl`: a row with video, reason and detail
    for each video that could not be used, and `videos.jsonl`: one for each video that was listed,
    with id, path, split, version (size and modification times) and group. Custom properties of the
    artifact: num_videos, num_seconds (length of those that gave examples), num_examples,
    num_rejects, and rejects (numbers by reason, as JSON).
    """

    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(Executor)

    def __init__(
        self,
        input_base: str | None = None,
        *,
        video_list: str | None = None,
        input_config: example_gen_pb2.Input | None = None,
        output_config: example_gen_pb2.Output | None = None,
        range_config: range_config_pb2.RangeConfig | None = None,
        eval_fraction: float = 0.2,
        custom_executor_spec: executor_spec.ExecutorSpec | None = None,
        **ingest: Any,
    ):
        """Creates the component.

        Args:
            input_base: folder of videos.
            video_list: path of a CSV of videos instead.
            input_config: patterns below `input_base`; default: all its files. With more than one
                split, these are the splits.
            output_config: names and shares of the splits; default: train, val (if `val_fraction` is
                not 0, and there are at least eight groups) and eval.
            range_config: which spans.
            eval_fraction: share of the groups that go into eval, if there is no `output_config`.
            custom_executor_spec: executor in place of this component's.
            **ingest: fields of IngestConfig, such as `examples_per_video=10`.

        Raises:
            ValueError: a parameter can't be right; says which and what to do.
        """
        config = IngestConfig(**ingest)
        if (input_base is None) == (video_list is None):
            raise ValueError("give either input_base, a folder, or video_list, a CSV of videos")
        if video_list is not None:
            if input_config is not None:
                raise ValueError("input_config goes with input_base; a video_list needs none")
            input_base, name = os.path.split(os.fspath(video_list))
            input_config = _input_config(name)
        check_literal_path(input_base or "", "the folder of the videos or their list")
        input_config = input_config or _input_config("*")
        if output_config is None:
            output_config = (
                example_gen_pb2.Output()
                if len(input_config.splits) > 1
                else _output_config(split_shares(config.val_fraction, eval_fraction))
            )
        struct = json_format.ParseDict(config.to_dict(), struct_pb2.Struct())
        custom_config = example_gen_pb2.CustomConfig()
        custom_config.custom_config.Pack(struct)
        super().__init__(
            input_base=input_base,
            input_config=input_config,
            output_config=output_config,
            custom_config=custom_config,
            range_config=range_config,
            custom_executor_spec=custom_executor_spec,
        )


def _input_config(pattern: str) -> example_gen_pb2.Input:
    return example_gen_pb2.Input(
        splits=[example_gen_pb2.Input.Split(name="videos", pattern=pattern)]
    )


def _output_config(shares: Sequence[tuple[str, int]]) -> example_gen_pb2.Output:
    split = example_gen_pb2.SplitConfig.Split
    return example_gen_pb2.Output(
        split_config=example_gen_pb2.SplitConfig(
            splits=[split(name=name, hash_buckets=share) for name, share in shares],
            partition_feature_name=examples.VIDEO_GROUP,
        )
    )
