"""LatestBlessedModel and BlessedModelPusher: from one run to the next."""

from __future__ import annotations

import pathlib

import pytest
from tfx import types
from tfx.types import standard_artifacts

from objects_that_sound.components.blessed_model_pusher.component import BlessedModelPusher
from objects_that_sound.components.blessed_models import is_no_model, latest_version
from objects_that_sound.components.evaluation.blessing import mark_blessed
from objects_that_sound.components.latest_blessed_model.component import LatestBlessedModel


@pytest.fixture
def folder(tmp_path) -> str:
    return str(tmp_path / "blessed")


@pytest.fixture
def find(folder, tmp_path):
    """Runs LatestBlessedModel."""

    def run(version: str = "") -> standard_artifacts.Model:
        model = standard_artifacts.Model()
        model.uri = str(tmp_path / "found" / (version or "latest"))
        LatestBlessedModel.test_call(model=model, folder=folder, version=version)
        return model

    return run


@pytest.fixture
def push(folder, tmp_path):
    """Runs BlessedModelPusher on a model that holds one file."""

    def run(content: str, blessed: bool) -> standard_artifacts.PushedModel:
        model = standard_artifacts.Model()
        model.uri = str(tmp_path / content)
        pathlib.Path(model.uri).mkdir()
        pathlib.Path(model.uri, "weights").write_text(content)
        blessing = standard_artifacts.ModelBlessing()
        blessing.uri = str(tmp_path / f"{content}_blessing")
        mark_blessed(blessing, blessed)
        pushed = standard_artifacts.PushedModel()
        pushed.uri = str(tmp_path / f"{content}_pushed")
        BlessedModelPusher.test_call(
            model=model, model_blessing=blessing, pushed_model=pushed, folder=folder
        )
        return pushed

    return run


def test_the_latest_blessed_model_is_found(find, push, folder):
    assert is_no_model(find().uri)
    first = push("first", blessed=True)
    assert first.get_int_custom_property("pushed") == 1
    assert first.get_string_custom_property("pushed_version") == latest_version(folder)
    found = find()
    assert pathlib.Path(found.uri, "weights").read_text() == "first"
    assert found.get_string_custom_property("blessed_version") == latest_version(folder)
    assert push("refused", blessed=False).get_int_custom_property("pushed") == 0
    assert pathlib.Path(find().uri, "weights").read_text() == "first"
    version = latest_version(folder)
    push("second", blessed=True)
    assert pathlib.Path(find().uri, "weights").read_text() == "second"
    assert pathlib.Path(find(version).uri, "weights").read_text() == "first"


def test_the_components_fit_together(folder):
    latest = LatestBlessedModel(folder=folder)
    assert latest.exec_properties["folder"] == folder
    pusher = BlessedModelPusher(
        model=latest.outputs["model"],
        model_blessing=types.Channel(type=standard_artifacts.ModelBlessing),
        folder=folder,
    )
    assert pusher.outputs["pushed_model"].type is standard_artifacts.PushedModel
