"""Evaluations that a run left behind."""

from __future__ import annotations

from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.components.evaluators import EVALUATORS
from objects_that_sound.tfx_pipeline.report.run_evaluation import read_run_evaluations


def test_evaluators_are_in_the_order_of_the_registry_and_others_follow(tmp_path):
    names = ["other", *reversed(EVALUATORS)]
    for name in names:
        EvaluationResult(name, name.capitalize(), ()).write(str(tmp_path / name))
    found = read_run_evaluations((f"{name}-node", str(tmp_path / name)) for name in names)
    assert [one.result.evaluator for one in found] == [*EVALUATORS, "other"]
    assert found[-1].node == "other-node"
    assert found[-1].result == EvaluationResult("other", "Other", ())


def test_what_is_gone_is_left_out(tmp_path):
    assert read_run_evaluations([("AvcEvaluator", str(tmp_path / "gone"))]) == ()


def test_pictures_are_named(tmp_path):
    EvaluationResult("avc", "Correspondence", ()).write(str(tmp_path))
    for name in ("scores.png", "roc.png", "samples.json"):
        (tmp_path / name).touch()
    [found] = read_run_evaluations([("AvcEvaluator", str(tmp_path))])
    assert found.plots == ["roc.png", "scores.png"]
