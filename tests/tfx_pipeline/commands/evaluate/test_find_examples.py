from __future__ import annotations

import click
import pytest

from objects_that_sound.tfx_pipeline.commands.evaluate.find_examples import find_examples


def test_the_folder_of_an_artifact_is_taken_as_it_is(tmp_path):
    (tmp_path / "Split-eval").mkdir()
    assert find_examples(str(tmp_path)) == str(tmp_path)


def test_below_a_root_the_latest_artifact_is_taken(tmp_path):
    below = tmp_path / "artifacts" / "AvcPairGen" / "pairs"
    for execution in ("9", "10"):
        (below / execution / "Split-eval").mkdir(parents=True)
    (below / ".temp").mkdir()
    assert find_examples(str(tmp_path), "AvcPairGen", "pairs") == str(below / "10")


def test_a_folder_without_examples_is_an_error(tmp_path):
    with pytest.raises(click.ClickException, match="no examples in"):
        find_examples(str(tmp_path))
