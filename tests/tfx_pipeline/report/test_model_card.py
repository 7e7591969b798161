"""The card that is pushed with a model."""

from __future__ import annotations

import dataclasses
import pathlib
import re

import pytest

from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.metric import Better, Metric, Rank
from objects_that_sound.tfx_pipeline.report.model_card import model_card, write_model_card
from objects_that_sound.tfx_pipeline.report.run_evaluation import RunEvaluation
from objects_that_sound.tfx_pipeline.report.run_summary import Decision, RunSummary
from objects_that_sound.tfx_pipeline.report.video_counts import VideoCounts

HEADINGS = [
    "Model Details",
    "Uses",
    "Bias, Risks, and Limitations",
    "How to Get Started with the Model",
    "Training Details",
    "Evaluation",
    "Technical Specifications",
    "Glossary",
]
"""Hugging Face's, in their order."""


@pytest.fixture
def summary(tmp_path) -> RunSummary:
    accuracy = MeasuredMetric(
        Metric("avc_accuracy", "AVC accuracy", rank=Rank.HEADLINE),
        Estimate(0.61, 0.55, 0.67),
        chance=0.5,
        baselines={"Colour histogram": Estimate(0.53)},
    )
    fires = MeasuredMetric(Metric("fires_noise", "Fires at noise", Better.LOWER), Estimate(0.2))
    missing = MeasuredMetric(Metric("ciou", "cIoU"), missing="no example has a box")
    result = EvaluationResult("avc", "Correspondence <&>", (accuracy, fires, missing))
    return RunSummary(
        "Preset real",
        run_id="2026",
        parameters={
            "Trainer": {"training.steps": 600, "network.network": "avol", "module": "x"},
            "VideoExampleGen": {"group_regex": r"_g\d+_"},
        },
        decision=Decision(True, ("0.550 is at least 0.5",), "17", str(tmp_path)),
        evaluations=(RunEvaluation("AvcEvaluator", "", result),),
        candidate="model",
        videos=VideoCounts({"train": 96, "eval": 20}, {"train": 40, "eval": 5}, 1800),
        rejects=({"video": "a", "reason": "silent", "detail": ""},),
    )


def test_it_lies_beside_the_model_that_was_pushed(summary, tmp_path):
    path = write_model_card(summary, "CC BY 4.0")
    assert path == str(tmp_path / "model_card.md")
    assert pathlib.Path(path).read_text() == model_card(summary, "CC BY 4.0")


def test_its_headings_are_those_of_hugging_face(summary):
    card = model_card(summary)
    assert re.findall(r"^## (.*)$", card, re.MULTILINE) == HEADINGS
    assert card.startswith("---\nlibrary_name: keras\n")


def test_it_has_the_facts_of_the_report(summary):
    card = model_card(summary)
    assert "| train | 96 | 40 |" in card and "| eval | 20 | 5 |" in card
    assert "All clips together are 0.5 hours of video." in card
    assert "1 other videos could not be used." in card
    assert r"`_g\d+_`" in card
    row = "| AVC accuracy | 0.610 (0.550 to 0.670) | 0.500 | not known | Colour histogram 0.530 |"
    assert row in card
    assert "| Fires at noise ↓ | 0.200 | not known | not known |  |" in card
    assert "cIoU |" not in card  # it was not measured
    assert "Correspondence <&>" in card  # text, not HTML
    assert '"steps": 600' in card and '"network": "avol"' in card
    assert "With 5 held-out scenes the figures say little" in card


@pytest.mark.parametrize(
    ("stated", "shown"),
    [
        ("CC BY 4.0", "CC BY 4.0"),
        ("ours;\nnot to be passed on", "ours; not to be passed on"),
        ("", "not stated. The option `--data-license` states it."),
    ],
)
def test_the_licence_of_the_data_is_what_the_user_states(summary, stated, shown):
    assert f"- **Licence of the training data:** {shown}\n" in model_card(summary, stated)


def test_a_run_that_pushed_nothing_has_no_card(summary, tmp_path):
    refused = dataclasses.replace(summary, decision=Decision(False))
    with pytest.raises(ValueError, match="run 2026 pushed no model"):
        write_model_card(refused)
    assert not list(tmp_path.iterdir())
