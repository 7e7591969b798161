"""Values for all steps or for one."""

from __future__ import annotations

import pytest

from objects_that_sound.tfx_pipeline.kubeflow.per_step import PerStep

PAIR = r"[^=]+=[^=]+"


def test_a_steps_own_value_takes_the_place_of_all_steps():
    numbers = PerStep.read(["1", "trainer=2", "3", "trainer=4"], "[STEP=]NUMBER", r"\d+")
    assert numbers.one_of("trainer") == "4"
    assert numbers.one_of("pusher") == "3"
    assert PerStep(()).one_of("pusher") is None
    assert numbers.steps == {"trainer"}


def test_values_that_have_an_equals_sign_themselves_are_told_from_steps():
    labels = PerStep.read(["zone=a", "trainer=pool=gpu", "trainer=b"], "[STEP=]KEY=VALUE", PAIR)
    assert labels.all_of("trainer") == ["zone=a", "pool=gpu", "trainer=b"]
    assert labels.all_of("pusher") == ["zone=a", "trainer=b"]


@pytest.mark.parametrize("text", ["", "a", "Trainer=a=b", "a=b=c=d", "=a=b"])
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match=r"is not \[STEP=\]KEY=VALUE"):
        PerStep.read([text], "[STEP=]KEY=VALUE", PAIR)


def test_a_form_without_step_takes_none():
    assert PerStep.read(["data:/data"], "CLAIM:FOLDER", ".+:/.+").all_of("any") == ["data:/data"]
    with pytest.raises(ValueError, match="'trainer=7' is not NUMBER"):
        PerStep.read(["trainer=7"], "NUMBER", r"\d+")
