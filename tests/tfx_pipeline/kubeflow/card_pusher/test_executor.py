"""The step that pushes on Kubeflow, given what a local run has made."""

from __future__ import annotations

import pathlib
import re
from collections.abc import Callable

import pytest
from tfx.types import Artifact, BaseChannel, standard_artifacts
from tfx.types.channel import UnionChannel

from objects_that_sound.tfx_pipeline.kubeflow.card_pusher.executor import Executor
from objects_that_sound.tfx_pipeline.kubeflow.push_destination import PushDestination
from objects_that_sound.tfx_pipeline.kubeflow.tfx_graph import tfx_graph
from objects_that_sound.tfx_pipeline.run_options import RunOptions


@pytest.fixture
def push(first_run, root, videos, tmp_path) -> Callable[[bool], list[pathlib.Path]]:
    """`push(blessed)`: pushes the model of the local run; returns the folders of all versions."""
    properties = {
        "VideoExampleGen": {"num_seconds": first_run.report["data"]["num_seconds"]},
        "ServingValidator": {"blessed": 1},
    }

    def artifact(channel: BaseChannel) -> Artifact:
        made = channel.type()
        folder = root / "artifacts" / channel.producer_component_id / channel.output_key
        made.uri = str(min(folder.iterdir(), key=lambda path: int(path.name)))  # the first run's
        for name, value in properties.get(channel.producer_component_id, {}).items():
            made.set_int_custom_property(name, value)
        return made

    def run(blessed: bool) -> list[pathlib.Path]:
        properties["ModelGate"] = {"blessed": int(blessed)}
        options = RunOptions((str(videos),), preset="smoke", data_license="CC BY 4.0")
        graph = tfx_graph(options, PushDestination(str(tmp_path / "models")))
        [pusher] = (node for node in graph.components if node.id == "Pusher")
        inputs = {
            name: channel.channels if isinstance(channel, UnionChannel) else [channel]
            for name, channel in pusher.inputs.items()
        }
        pushed = standard_artifacts.PushedModel()
        pushed.uri = str(tmp_path / "pushed")
        Executor().Do(
            {name: list(map(artifact, channels)) for name, channels in inputs.items()},
            {"pushed_model": [pushed]},
            pusher.exec_properties,
        )
        return list((tmp_path / "models").glob("*/*"))

    return run


def _facts(card: str) -> str:
    """A card without what differs from run to run."""
    return re.sub(r"version \d+|\*\*Version:\*\* .*|\*\*Licence of the training.*", "", card)


def test_the_card_is_that_of_the_local_run(push, first_run):
    [version] = push(True)
    assert (version / "saved_model.pb").is_file()
    there = (version / "model_card.md").read_text()
    here = (pathlib.Path(first_run.report["pushed_destination"]) / "model_card.md").read_text()
    assert _facts(there) == _facts(here)
    assert (
        f"- **Version:** {version.name}\n- **Licence of the training data:** CC BY 4.0\n" in there
    )


def test_what_is_not_blessed_has_no_card(push):
    assert push(False) == []
