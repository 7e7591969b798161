"""The steps that push on Kubeflow, given what a local run has made."""

from __future__ import annotations

import json

import pytest

from objects_that_sound.serving.model_server.model_facts import FACTS_PATH


@pytest.mark.parametrize(
    ("node", "folder"), [("Pusher", "objects-that-sound"), ("Pusher.search", "search")]
)
def test_the_facts_are_those_of_the_local_run(push, root, first_run, node, folder):
    [version] = push(node)
    assert (version / "saved_model.pb").is_file()
    there = json.loads((version / FACTS_PATH).read_text())
    [local] = (root / "serving" / folder).glob(f"*/{FACTS_PATH}")
    assert there == json.loads(local.read_text())
    assert 0 < there["search"]["chance"] < 1


def test_an_index_of_a_refused_model_is_not_pushed(push):
    assert push("Pusher.search", blessed=False) == []
