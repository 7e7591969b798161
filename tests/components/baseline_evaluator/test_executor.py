"""BaselineEvaluator on examples whose colours and tones tell their class, or do not."""

from __future__ import annotations

import json

import pytest
from tfx.types import standard_artifacts

from objects_that_sound.components.avc_pair_gen.executor import Executor as PairExecutor
from objects_that_sound.components.baseline_evaluator.executor import Executor
from objects_that_sound.components.beam_options import local_beam_pipeline_args
from objects_that_sound.components.evaluation.artifacts import Evaluation


def _run(examples, folder) -> dict:
    pairs = standard_artifacts.Examples()
    pairs.uri = str(folder / "pairs")
    PairExecutor(PairExecutor.Context(beam_pipeline_args=local_beam_pipeline_args(1))).Do(
        {"examples": [examples]}, {"pairs": [pairs]}, {"seed": 0, "split": "eval"}
    )
    evaluation = Evaluation()
    evaluation.uri = str(folder / "evaluation")
    Executor().Do(
        {"examples": [examples], "pairs": [pairs]},
        {"evaluation": [evaluation]},
        {"max_train_examples": 60, "seed": 0},
    )
    return json.loads((folder / "evaluation" / "metrics.json").read_text())


def test_reaches_the_ceiling_where_colour_tells_the_class(make_features, write_examples, tmp_path):
    splits = {
        "train": [make_features(v, float(t), v % 4) for v in range(20) for t in range(4)],
        "eval": [make_features(v, float(t), v % 4) for v in range(20, 28) for t in range(4)],
    }
    metrics = _run(write_examples(tmp_path / "examples", splits), tmp_path)
    assert metrics["chance"] == 0.5
    assert 0.5 < metrics["ceiling"] < 1.0
    baseline = metrics["colour_histogram"]
    assert baseline["accuracy"] == pytest.approx(metrics["ceiling"], abs=0.02)
    assert baseline["num_train_examples"] == 60
    assert baseline["num_pairs"] == 64


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
    metrics = _run(examples, tmp_path)
    assert metrics["colour_histogram"]["accuracy"] is None
    assert reason in metrics["colour_histogram"]["reason"]
