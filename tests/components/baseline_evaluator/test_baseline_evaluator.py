"""BaselineEvaluator on examples whose colours and tones tell their class, or do not."""

from __future__ import annotations

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from tfx.types import standard_artifacts

from objects_that_sound.components.avc_pair_gen.write_pairs import write_pairs
from objects_that_sound.components.baseline_evaluator.baselines import BaselineOptions
from objects_that_sound.components.baseline_evaluator.component import BaselineEvaluator
from objects_that_sound.components.beam_options import local_beam_pipeline_args
from objects_that_sound.components.evaluation.artifacts import Evaluation
from objects_that_sound.components.evaluation.evaluation_result import (
    EvaluationResult,
    read_evaluation_result,
)


def _run(examples, folder) -> EvaluationResult:
    pairs = standard_artifacts.Examples()
    pairs.uri = str(folder / "pairs")
    pipeline = beam.Pipeline(options=PipelineOptions(local_beam_pipeline_args()))
    write_pairs(pipeline, [examples.uri], "eval", 0, pairs.uri)
    evaluation = Evaluation()
    evaluation.uri = str(folder / "evaluation")
    BaselineEvaluator.EXECUTOR_SPEC.executor_class().Do(
        {"examples": [examples], "pairs": [pairs]},
        {"evaluation": [evaluation]},
        {"options": BaselineOptions(max_train_examples=60).to_json()},
    )
    return read_evaluation_result(evaluation.uri)


def test_reaches_the_ceiling_where_colour_tells_the_class(make_features, write_examples, tmp_path):
    splits = {
        "train": [make_features(v, float(t), v % 4) for v in range(20) for t in range(4)],
        "eval": [make_features(v, float(t), v % 4) for v in range(20, 28) for t in range(4)],
    }
    result = _run(write_examples(tmp_path / "examples", splits), tmp_path)
    [histogram] = result.metrics
    assert histogram.metric.title == "Colour histogram"
    assert histogram.chance == 0.5
    assert 0.5 < histogram.ceiling < 1.0
    assert histogram.value == pytest.approx(histogram.ceiling, abs=0.02)
    assert 0.5 < histogram.estimate.low <= histogram.value <= histogram.estimate.high <= 1.0
    assert result.details["num_train_examples"] == 60
    assert result.decisions is None


@pytest.mark.parametrize(
    ("labelled", "kinds", "reason"),
    [(False, 4, "no labels"), (True, 1, "1 class only")],
    ids=["no labels", "one class"],
)
def test_says_why_there_is_no_figure(
    make_features, write_examples, tmp_path, labelled, kinds, reason
):
    rows = [make_features(video, 0.0, video % kinds, labelled=labelled) for video in range(6)]
    examples = write_examples(tmp_path / "examples", {"train": rows[:4], "eval": rows[4:]})
    [histogram] = _run(examples, tmp_path).metrics
    assert histogram.estimate is None
    assert reason in histogram.missing


def test_a_missing_split_is_an_error(make_features, write_examples, tmp_path):
    rows = [make_features(video, 0.0, video) for video in range(4)]
    examples = write_examples(tmp_path / "examples", {"eval": rows})
    with pytest.raises(ValueError, match="no split 'train'"):
        _run(examples, tmp_path)
