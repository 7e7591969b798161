"""ModelGate: what it makes of the evaluators' verdicts, and that TFX understands it."""

from __future__ import annotations

import json

import pytest
from tfx import v1 as tfx
from tfx.components.util import model_utils
from tfx.types import standard_artifacts

from objects_that_sound.components.evaluation.artifacts import Evaluation
from objects_that_sound.components.evaluation.decision import Decision
from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.components.model_gate.component import ModelGate
from objects_that_sound.components.model_gate.gate import gate as judge

FINE = Decision("a", True, "a is fine", "≥ 0.5")
BAD = Decision("b", False, "b is below 0.5", "≥ 0.5")


@pytest.fixture
def gate(tmp_path):
    """Runs the gate on an Evaluation of each evaluator's decisions; None: nobody judged."""

    def run(**decisions: list[Decision] | None) -> standard_artifacts.ModelBlessing:
        evaluations = []
        for name, made in decisions.items():
            evaluation = Evaluation()
            evaluation.uri = str(tmp_path / name)
            EvaluationResult(name, name.title(), (), decisions=made).write(evaluation.uri)
            evaluations.append(evaluation)
        model, baseline = standard_artifacts.Model(), standard_artifacts.Model()
        model.uri, model.id = str(tmp_path / "model"), 7
        baseline.uri, baseline.id = str(tmp_path / "baseline"), 3
        blessing = standard_artifacts.ModelBlessing()
        blessing.uri = str(tmp_path / "blessing")
        ModelGate.EXECUTOR_SPEC.executor_class().Do(
            {"model": [model], "baseline_model": [baseline], "evaluations": evaluations},
            {"blessing": [blessing]},
            {},
        )
        return blessing

    return run


def _decisions(blessing) -> dict:
    with open(f"{blessing.uri}/decisions.json") as file:
        return json.load(file)


def test_all_must_bless(gate):
    blessing = gate(avc=[FINE], retrieval=[FINE, FINE], localisation=[])
    assert model_utils.is_model_blessed(blessing)
    content = _decisions(blessing)
    assert content["blessed"] is True
    assert [(one["evaluator"], one["text"]) for one in content["decisions"]] == [
        ("avc", "a is fine"),
        ("localisation", "localisation: no threshold is set"),
        ("retrieval", "a is fine"),
        ("retrieval", "a is fine"),
    ]


def test_one_refuses_for_all_and_is_named(gate):
    blessing = gate(avc=[FINE], retrieval=[FINE, BAD])
    assert not model_utils.is_model_blessed(blessing)
    content = _decisions(blessing)
    assert content["blessed"] is False
    [failed] = [one for one in content["decisions"] if not one["passed"]]
    assert failed == {
        "evaluator": "retrieval",
        "metric": "b",
        "passed": False,
        "text": "b is below 0.5",
        "bound": "≥ 0.5",
    }


def test_an_evaluator_without_a_verdict_refuses(gate):
    blessing = gate(avc=[FINE], sound_benchmark=None)
    assert not model_utils.is_model_blessed(blessing)
    assert "sound_benchmark gave no verdict" in json.dumps(_decisions(blessing))


def test_an_evaluator_that_wrote_nothing_refuses(gate, tmp_path):
    empty = str(tmp_path / "empty")
    assert judge([empty]).decisions[0]["text"] == (
        f"{empty} gave no verdict (decisions.json is missing)"
    )
    assert not judge([empty]).blessed


def test_no_evaluation_refuses(gate):
    assert not model_utils.is_model_blessed(gate())
    with pytest.raises(ValueError, match="evaluations"):
        ModelGate(model=tfx.dsl.Channel(type=standard_artifacts.Model))


@pytest.mark.parametrize("blessed", [True, False])
def test_the_resolver_finds_the_model_that_was_blessed(blessed, gate):
    blessing = gate(avc=[FINE if blessed else BAD])
    models = []
    for number in (3, 7, 9):
        model = standard_artifacts.Model()
        model.id = number
        models.append(model)
    strategy = tfx.dsl.experimental.LatestBlessedModelStrategy()
    found = strategy.resolve_artifacts(None, {"model": models, "model_blessing": [blessing]})
    assert [model.id for model in found["model"]] == ([7] if blessed else [])
    assert blessing.get_int_custom_property("baseline_model_id") == 3
    assert blessing.get_string_custom_property("current_model").endswith("/model")
