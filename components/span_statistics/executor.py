"""The work of SpanStatistics."""

from __future__ import annotations

import os
from typing import Any

import apache_beam as beam
import tensorflow_data_validation as tfdv
from tfx import types
from tfx.dsl.components.base import base_beam_executor
from tfx.dsl.io import fileio
from tfx.types import artifact_utils
from tfx.utils import io_utils

from objects_that_sound.components.evaluation.saved_model_path import saved_model_path
from objects_that_sound.components.span_statistics.describe_examples import DescribeExamples
from objects_that_sound.components.span_statistics.described_example import DescribedExample
from objects_that_sound.components.span_statistics.embedding_basis import FitEmbeddingBasis
from objects_that_sound.components.span_statistics.record_batch import record_batch

ALL = "all"
"""Name of the split that stands for all examples of a span."""
STATISTICS_FILE = "FeatureStats.pb"
"""In the folder of each split, as StatisticsGen has it."""
SPAN_PROPERTY = "span"

_TRAIN, _VAL, _EVAL = "train", "val", "eval"


class Executor(base_beam_executor.BaseBeamExecutor):
    """Describes examples on Beam and hands their descriptions to TFDV."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Writes the statistics.

        Args:
            input_dict: `examples`, one artifact of type Examples; perhaps `baseline_examples`,
                others, and `model`, one of type Model.
            output_dict: `statistics` and `baseline_statistics`, one artifact of type
                ExampleStatistics each.
            exec_properties: `batch_size`.

        Raises:
            ValueError: an artifact has not the splits `train` and `eval`, the examples are not what
                the model was made for, or an embedding is not finite.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        examples = [artifact_utils.get_single_instance(input_dict["examples"])]
        baseline = input_dict.get("baseline_examples") or []
        models = input_dict.get("model") or []
        model = saved_model_path(artifact_utils.get_single_uri(models)) if models else ""
        batch_size = exec_properties["batch_size"]
        statistics = artifact_utils.get_single_instance(output_dict["statistics"])
        _name(statistics, examples, [_TRAIN, _EVAL, ALL])
        baseline_statistics = artifact_utils.get_single_instance(output_dict["baseline_statistics"])
        _name(baseline_statistics, baseline, [ALL] if baseline else [])

        with self._make_beam_pipeline() as pipeline:
            span = {
                split: pipeline | f"Span[{split}]" >> _Describe(those, split, model, batch_size)
                for split, those in _by_split(examples).items()
            }
            earlier = {
                split: pipeline | f"Baseline[{split}]" >> _Describe(those, split, model, batch_size)
                for split, those in _by_split(baseline).items()
            }
            # Axes that were fitted to what is compared along them would tell it from all else.
            basis = beam.pvalue.AsSingleton(
                (earlier or span)[_TRAIN] | "FitBasis" >> beam.CombineGlobally(FitEmbeddingBasis())
            )
            if earlier:
                # Seen in training: a network embeds such examples in another way than new ones.
                earlier[_TRAIN] |= "WithoutEmbeddings" >> beam.Map(_without_embeddings)
            wanted = [
                (statistics, _TRAIN, [span[_TRAIN]]),
                (statistics, _EVAL, [span[_EVAL]]),
                (statistics, ALL, list(span.values())),
            ]
            if earlier:
                wanted.append((baseline_statistics, ALL, list(earlier.values())))
            for number, (artifact, split, parts) in enumerate(wanted):
                folder = artifact_utils.get_split_uri([artifact], split)
                fileio.makedirs(folder)
                _ = (
                    parts
                    | f"Flatten[{number}]" >> beam.Flatten()
                    | f"Batch[{number}]"
                    >> beam.BatchElements(min_batch_size=64, max_batch_size=1024)
                    | f"Features[{number}]" >> beam.Map(record_batch, basis)
                    | f"Statistics[{number}]" >> tfdv.GenerateStatistics(tfdv.StatsOptions())
                    | f"Write[{number}]"
                    >> tfdv.WriteStatisticsToBinaryFile(os.path.join(folder, STATISTICS_FILE))
                )


def _by_split(artifacts: list[types.Artifact]) -> dict[str, list[types.Artifact]]:
    """The artifacts that have each split: only `val` may be missing."""
    with_val = [
        one for one in artifacts if _VAL in artifact_utils.decode_split_names(one.split_names)
    ]
    all_splits = {_TRAIN: artifacts, _EVAL: artifacts, _VAL: with_val}
    return {split: those for split, those in all_splits.items() if those}


class _Describe(beam.PTransform):
    """The descriptions of a split's examples."""

    def __init__(self, artifacts: list[types.Artifact], split: str, model: str, batch_size: int):
        super().__init__()
        self._patterns = [
            io_utils.all_files_pattern(uri)
            for uri in artifact_utils.get_split_uris(artifacts, split)
        ]
        self._model = model
        self._batch_size = batch_size

    def expand(self, pipeline: beam.Pipeline) -> beam.PCollection:
        return (
            [
                pipeline | f"Read[{number}]" >> beam.io.ReadFromTFRecord(pattern)
                for number, pattern in enumerate(self._patterns)
            ]
            | beam.Flatten()
            | beam.BatchElements(min_batch_size=self._batch_size, max_batch_size=self._batch_size)
            | beam.ParDo(DescribeExamples(self._model))
        )


def _without_embeddings(example: DescribedExample) -> DescribedExample:
    return example._replace(image=None, audio=None)


def _name(statistics: types.Artifact, examples: list[types.Artifact], splits: list[str]) -> None:
    statistics.split_names = artifact_utils.encode_split_names(splits)
    spans = [artifact.get_int_custom_property(SPAN_PROPERTY) for artifact in examples]
    if spans:
        statistics.set_int_custom_property(SPAN_PROPERTY, max(spans))
