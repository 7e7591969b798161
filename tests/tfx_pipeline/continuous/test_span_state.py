"""How far spans came, as ML Metadata remembers real runs of a small pipeline."""

import pathlib

import pytest
from tfx import v1 as tfx
from tfx.orchestration import metadata
from tfx.types import standard_artifacts

from objects_that_sound.components.data_gate.data_blessing import DataBlessing
from objects_that_sound.tfx_pipeline.continuous.span_state import SpanState, read_span_states

NAME = "objects-that-sound"

# Components that stand for the real ones; their annotations are TFX's interface, so this module does
# without `from __future__ import annotations`.


@tfx.dsl.components.component
def VideoExampleGen(  # noqa: N802
    examples: tfx.dsl.components.OutputArtifact[standard_artifacts.Examples],
    number: tfx.dsl.components.Parameter[int],
    fail: tfx.dsl.components.Parameter[str],
):
    if fail == "VideoExampleGen":
        raise RuntimeError("no video can be used")
    examples.set_int_custom_property("span", number)


@tfx.dsl.components.component
def DataGate(  # noqa: N802
    examples: tfx.dsl.components.InputArtifact[standard_artifacts.Examples],
    blessing: tfx.dsl.components.OutputArtifact[DataBlessing],
    fail: tfx.dsl.components.Parameter[str],
):
    if fail == "DataGate":
        raise RuntimeError("too dark")
    blessing.set_int_custom_property("span", 1)


@tfx.dsl.components.component
def Pusher(  # noqa: N802
    blessing: tfx.dsl.components.InputArtifact[DataBlessing],
    pushed_model: tfx.dsl.components.OutputArtifact[standard_artifacts.PushedModel],
    fail: tfx.dsl.components.Parameter[str],
):
    if fail == "Pusher":
        raise RuntimeError("the disk is full")
    pushed_model.set_int_custom_property("pushed", 1)


def _run(root: pathlib.Path, span: int, fail: str = "", only_ingest: bool = False) -> None:
    example_gen = VideoExampleGen(number=span, fail=fail)
    gate = DataGate(examples=example_gen.outputs["examples"], fail=fail)
    pusher = Pusher(blessing=gate.outputs["blessing"], fail=fail)
    pipeline = tfx.dsl.Pipeline(
        pipeline_name=NAME,
        pipeline_root=str(root / "artifacts"),
        components=[example_gen] if only_ingest else [example_gen, gate, pusher],
        metadata_connection_config=metadata.sqlite_metadata_connection_config(
            str(root / "metadata.sqlite")
        ),
    )
    tfx.orchestration.LocalDagRunner().run(pipeline)


def _states(root: pathlib.Path) -> dict[int, SpanState]:
    return read_span_states(str(root / "metadata.sqlite"), NAME)


def test_before_the_first_run_there_is_nothing(tmp_path):
    assert _states(tmp_path) == {}


def test_each_span_counts_by_the_furthest_that_a_run_came(tmp_path):
    with pytest.raises(RuntimeError, match="no video"):
        _run(tmp_path, 1, fail="VideoExampleGen")
    assert _states(tmp_path) == {}
    _run(tmp_path, 1, only_ingest=True)
    assert _states(tmp_path) == {1: SpanState.UNJUDGED}
    with pytest.raises(RuntimeError, match="dark"):
        _run(tmp_path, 1, fail="DataGate")
    assert _states(tmp_path) == {1: SpanState.REFUSED}
    with pytest.raises(RuntimeError, match="disk"):
        _run(tmp_path, 1, fail="Pusher")
    assert _states(tmp_path) == {1: SpanState.ACCEPTED}
    with pytest.raises(RuntimeError, match="dark"):
        _run(tmp_path, 2, fail="DataGate")
    _run(tmp_path, 1)
    _run(tmp_path, 0)  # a plain run
    assert _states(tmp_path) == {1: SpanState.FINISHED, 2: SpanState.REFUSED}
