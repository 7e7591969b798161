"""The step that pushes a model on Kubeflow, given what a local run has made."""

from __future__ import annotations

import pathlib
import re


def _facts(card: str) -> str:
    """A card without what differs from run to run."""
    return re.sub(r"version \d+|\*\*Version:\*\* .*|\*\*Licence of the training.*", "", card)


def test_the_card_is_that_of_the_local_run(push, first_run):
    [version] = push("Pusher")
    assert (version / "saved_model.pb").is_file()
    there = (version / "model_card.md").read_text()
    here = (pathlib.Path(first_run.report["pushed_destination"]) / "model_card.md").read_text()
    assert _facts(there) == _facts(here)
    assert (
        f"- **Version:** {version.name}\n- **Licence of the training data:** CC BY 4.0\n" in there
    )


def test_what_is_not_blessed_has_no_card(push):
    assert push("Pusher", blessed=False) == []
