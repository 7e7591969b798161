"""Small examples of generated videos, and their pairs."""

from __future__ import annotations

import pathlib
from typing import NamedTuple

from tfx import v1 as tfx

from benchmarks.gate.recipe import NETWORK
from objects_that_sound.components.avc_pair_gen.component import AvcPairGen
from objects_that_sound.components.beam_options import local_beam_pipeline_args
from objects_that_sound.components.generated_videos.difficulty import Difficulty
from objects_that_sound.components.generated_videos.generator import generate_videos
from objects_that_sound.components.video_example_gen.component import VideoExampleGen
from objects_that_sound.components.video_example_gen.video_list import list_videos, write_list
from objects_that_sound.tfx_pipeline.commands.evaluate.find_examples import find_examples
from objects_that_sound.tfx_pipeline.run_paths import RunPaths

EXAMPLES_PER_VIDEO = 10

EASY = Difficulty(
    distractor_shares=(0.6, 0.4), object_size=(0.45, 0.6), background_contrast=(0.0, 0.05)
)
"""So that little training suffices: large objects, on plain ground, seldom two."""


class SmallExamples(NamedTuple):
    """Folders of Examples artifacts.

    Attributes:
        examples: with the splits train and eval.
        pairs: of eval.
    """

    examples: str
    pairs: str


def make_small_examples(root: pathlib.Path, videos: int, seconds: float) -> SmallExamples:
    """Generates videos and ingests them, as the pipeline does; what is there already is kept.

    Args:
        root: of a pipeline of its own.
        videos: how many.
        seconds: length of each.
    """
    paths = RunPaths.under(str(root))
    generate_videos(root / "generated_videos", videos, seed=0, seconds=seconds, difficulty=EASY)
    write_list(list_videos([str(root / "generated_videos")]), paths.video_list)
    example_gen = VideoExampleGen(
        video_list=paths.video_list,
        examples_per_video=EXAMPLES_PER_VIDEO,
        image_size=NETWORK.image_size,
        sample_rate=NETWORK.sample_rate,
    )
    pair_gen = AvcPairGen(examples=example_gen.outputs["examples"])
    tfx.orchestration.LocalDagRunner().run(
        tfx.dsl.Pipeline(
            pipeline_name="gate-benchmark",
            pipeline_root=paths.pipeline_root,
            components=[example_gen, pair_gen],
            enable_cache=True,
            metadata_connection_config=tfx.orchestration.metadata.sqlite_metadata_connection_config(
                paths.metadata
            ),
            beam_pipeline_args=local_beam_pipeline_args(),
        )
    )
    return SmallExamples(
        find_examples(paths.root), find_examples(paths.root, "AvcPairGen", "pairs")
    )
