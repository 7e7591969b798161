"""The step that pushes a model on Kubeflow, given what a local run has made."""

from __future__ import annotations

import pathlib
import re

from objects_that_sound.serving.model_server.model_facts import read_model_facts


def _facts(card: str) -> str:
    """A card without what differs from run to run."""
    return re.sub(r"version \d+|\*\*Version:\*\* .*|\*\*Licence of the training.*", "", card)


def test_card_and_facts_are_those_of_the_local_run(push, first_run):
    [version] = push("Pusher")
    assert (version / "saved_model.pb").is_file()
    there = (version / "model_card.md").read_text()
    local = pathlib.Path(first_run.report["pushed_destination"])
    here = (local / "model_card.md").read_text()
    assert read_model_facts(version) == read_model_facts(local) != {}
    assert _facts(there) == _facts(here)
    assert (
        f"- **Version:** {version.name}\n- **Licence of the training data:** CC BY 4.0\n" in there
    )


def test_facts_of_an_index_are_those_of_its_model(push, first_run):
    [version] = push("Pusher.search")
    local = pathlib.Path(first_run.report["pushed_destination"])
    assert read_model_facts(version) == read_model_facts(local)


def test_what_is_not_blessed_has_no_card(push):
    assert push("Pusher", blessed=False) == []
