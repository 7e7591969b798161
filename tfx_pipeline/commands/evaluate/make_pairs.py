"""Makes the pairs that correspondence is measured on, as the pipeline's AvcPairGen does."""

from __future__ import annotations

from collections.abc import Sequence

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions

from objects_that_sound.components.avc_pair_gen.write_pairs import write_pairs
from objects_that_sound.components.beam_options import local_beam_pipeline_args


def make_pairs(examples: Sequence[str], split: str, seed: int, folder: str) -> None:
    """Makes pairs on this machine; see `write_pairs`."""
    pipeline = beam.Pipeline(options=PipelineOptions(local_beam_pipeline_args()))
    write_pairs(pipeline, examples, split, seed, folder)
