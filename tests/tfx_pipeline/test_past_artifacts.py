"""What a run needs of earlier ones is checked before it begins: real runs of a small pipeline."""

import contextlib
import pathlib
import shutil
import sqlite3

import ml_metadata as mlmd
import pytest
from ml_metadata.proto import metadata_store_pb2
from tfx import v1 as tfx
from tfx.orchestration import metadata
from tfx.types import artifact_utils, standard_artifacts

from objects_that_sound.components.data_gate.data_blessing import (
    EXAMPLES_ID_PROPERTY,
    DataBlessing,
)
from objects_that_sound.tfx_pipeline.continuous.continuous_training import ContinuousTraining
from objects_that_sound.tfx_pipeline.past_artifacts import take_up_past
from objects_that_sound.tfx_pipeline.pipeline import latest_blessed_model_resolver
from objects_that_sound.tfx_pipeline.pipeline_name import PIPELINE_NAME
from objects_that_sound.tfx_pipeline.report.run_records import (
    read_all_run_records,
    read_run_records,
)
from objects_that_sound.tfx_pipeline.run_error import RunError
from objects_that_sound.tfx_pipeline.run_listener import RunListener
from objects_that_sound.tfx_pipeline.run_paths import RunPaths

# Components that leave behind what the real ones do; their annotations are TFX's interface, so this
# module does without `from __future__ import annotations`.


@tfx.dsl.components.component
def VideoExampleGen(  # noqa: N802
    examples: tfx.dsl.components.OutputArtifact[standard_artifacts.Examples],
    span: tfx.dsl.components.Parameter[int],
):
    examples.set_int_custom_property("span", span)
    examples.split_names = artifact_utils.encode_split_names(["train", "eval"])
    for split in ("train", "eval"):
        (pathlib.Path(examples.uri) / f"Split-{split}").mkdir(parents=True)


@tfx.dsl.components.component
def DataGate(  # noqa: N802
    examples: tfx.dsl.components.InputArtifact[standard_artifacts.Examples],
    blessing: tfx.dsl.components.OutputArtifact[DataBlessing],
):
    blessing.set_int_custom_property("span", examples.get_int_custom_property("span"))
    blessing.set_int_custom_property(EXAMPLES_ID_PROPERTY, examples.id)


@tfx.dsl.components.component
def Trainer(  # noqa: N802
    examples: tfx.dsl.components.InputArtifact[standard_artifacts.Examples],
    model: tfx.dsl.components.OutputArtifact[standard_artifacts.Model],
):
    (pathlib.Path(model.uri) / "Format-Serving").mkdir(parents=True)
    (pathlib.Path(model.uri) / "Format-Serving" / "saved_model.pb").touch()


@tfx.dsl.components.component
def ModelGate(  # noqa: N802
    model: tfx.dsl.components.InputArtifact[standard_artifacts.Model],
    blessing: tfx.dsl.components.OutputArtifact[standard_artifacts.ModelBlessing],
    blessed: tfx.dsl.components.Parameter[int],
    baseline_model: tfx.dsl.components.InputArtifact[standard_artifacts.Model] = None,
):
    blessing.set_int_custom_property("blessed", blessed)
    blessing.set_int_custom_property("current_model_id", model.id)
    blessing.set_string_custom_property("current_model_uri", model.uri)


@tfx.dsl.components.component
def Pusher(  # noqa: N802
    model: tfx.dsl.components.InputArtifact[standard_artifacts.Model],
    pushed_model: tfx.dsl.components.OutputArtifact[standard_artifacts.PushedModel],
    folder: tfx.dsl.components.Parameter[str],
    version: tfx.dsl.components.Parameter[str],
):
    pushed_model.set_int_custom_property("pushed", 1)
    pushed_model.set_string_custom_property("pushed_version", version)
    pushed_model.set_string_custom_property("pushed_destination", f"{folder}/{version}")


def _run(root: pathlib.Path, span: int, blessed: bool) -> None:
    paths = RunPaths.under(str(root))
    example_gen = VideoExampleGen(span=span)
    gate = DataGate(examples=example_gen.outputs["examples"])
    trainer = Trainer(examples=example_gen.outputs["examples"])
    model = trainer.outputs["model"]
    resolver = latest_blessed_model_resolver()
    model_gate = ModelGate(
        model=model, blessed=int(blessed), baseline_model=resolver.outputs["model"]
    )
    pipeline = tfx.dsl.Pipeline(
        pipeline_name=PIPELINE_NAME,
        pipeline_root=paths.pipeline_root,
        components=[
            *(example_gen, gate, trainer, resolver, model_gate),
            *([Pusher(model=model, folder=paths.serving_dir, version=str(span))] * blessed),
        ],
        metadata_connection_config=metadata.sqlite_metadata_connection_config(paths.metadata),
    )
    tfx.orchestration.LocalDagRunner().run(pipeline)


@pytest.fixture(scope="module")
def past(tmp_path_factory) -> pathlib.Path:
    """Four runs, a span each: the models of the first and the third are blessed, the others not."""
    root = tmp_path_factory.mktemp("past") / "root"
    for span in (1, 2, 3, 4):
        _run(root, span, blessed=span in (1, 3))
    return root


@pytest.fixture
def root(past, tmp_path) -> pathlib.Path:
    """A copy of it that was used once, and so is a root of its own."""
    shutil.copytree(past, tmp_path / "root")
    assert _take_up(tmp_path / "root") == [str(past)]
    return tmp_path / "root"


class _Told(RunListener):
    def __init__(self):
        self.moves = []

    def root_moved(self, was: str) -> None:
        self.moves.append(was)


def _take_up(root: pathlib.Path, window: int | None = None, span: int = 5, **options) -> list[str]:
    """Returns where the root is said to have been."""
    told = _Told()
    continuous = None if window is None else ContinuousTraining(span, window, "schema.pbtxt")
    take_up_past(RunPaths(str(root)), continuous, told, **options)
    return told.moves


def _store(root: pathlib.Path) -> mlmd.MetadataStore:
    config = metadata_store_pb2.ConnectionConfig()
    config.sqlite.filename_uri = str(root / "metadata.sqlite")
    return mlmd.MetadataStore(config)


def _folder(root: pathlib.Path, node: str, output: str, number: int) -> pathlib.Path:
    """Of the output of a node's run of that number, from 1 on."""
    return sorted((root / "artifacts" / node / output).iterdir(), key=lambda one: int(one.name))[
        number - 1
    ]


def test_a_root_that_has_all_is_left_as_it_is(past):
    before = [str(one) for one in _store(past).get_artifacts()]
    assert _take_up(past) == _take_up(past, window=4) == []
    assert [str(one) for one in _store(past).get_artifacts()] == before


def test_a_new_root_needs_nothing(tmp_path):
    assert _take_up(tmp_path, window=4) == []


def test_the_latest_blessed_model_must_be_there(root):
    model = _folder(root, "Trainer", "model", 3)
    shutil.rmtree(model)
    with pytest.raises(RunError) as error:
        _take_up(root)
    run = read_all_run_records(str(root / "metadata.sqlite"), PIPELINE_NAME)[2].run_id
    assert f"is missing: {model}, made by the run {run}, pushed as version 3." in str(error.value)
    assert "--forget-missing" in str(error.value)
    with pytest.raises(RunError):
        _take_up(root)  # as long as it is so


def test_a_model_without_its_saved_model_is_missing(root):
    (_folder(root, "Trainer", "model", 3) / "Format-Serving" / "saved_model.pb").unlink()
    with pytest.raises(RunError, match="latest blessed model"):
        _take_up(root)


@pytest.mark.parametrize("number", [1, 2, 4])
def test_other_models_may_be_missing(root, number):
    shutil.rmtree(_folder(root, "Trainer", "model", number))
    _take_up(root)


def test_a_folder_that_is_put_back_is_enough(root, tmp_path):
    model = _folder(root, "Trainer", "model", 3)
    shutil.move(model, tmp_path / "elsewhere")
    with pytest.raises(RunError):
        _take_up(root)
    shutil.move(tmp_path / "elsewhere", model)
    _take_up(root)


@pytest.mark.parametrize("gone", [(3,), (3, 1)])
def test_what_is_forgotten_is_no_baseline_any_more(root, gone):
    for number in gone:
        shutil.rmtree(_folder(root, "Trainer", "model", number))
    _take_up(root, forget_missing=True)
    _take_up(root)  # for good
    states = {one.uri: one.state for one in _store(root).get_artifacts_by_type("Model")}
    for number in (1, 2, 3, 4):
        deleted = states[str(_folder_name(root, number))] == metadata_store_pb2.Artifact.DELETED
        assert deleted == (number in gone)


def _folder_name(root: pathlib.Path, number: int) -> str:
    uris = sorted((one.id, one.uri) for one in _store(root).get_artifacts_by_type("Model"))
    return uris[number - 1][1]


@pytest.mark.parametrize(
    ("window", "span", "missing", "found"),
    [
        (3, 5, 4, True),
        (3, 5, 3, True),
        (3, 5, 2, False),  # the third is the new one
        (1, 5, 4, True),  # which the new one is compared with
        (1, 5, 3, False),
        (4, 4, 4, False),  # it can be ingested again
        (4, 4, 1, True),
        (None, 5, 4, False),  # a plain run trains on none
    ],
)
def test_the_spans_to_train_on_must_be_there(root, window, span, missing, found):
    examples = _folder(root, "VideoExampleGen", "examples", missing)
    shutil.rmtree(examples / "Split-train")
    if not found:
        _take_up(root, window, span)
        return
    words = f"the examples of span {missing}, which is to be trained on, are missing: {examples}"
    with pytest.raises(RunError, match=words):
        _take_up(root, window, span)
    _take_up(root, window, span, forget_missing=True)
    _take_up(root, window, span)


def test_a_moved_root_is_followed(root, tmp_path):
    moved = tmp_path / "moved" / "here"
    moved.parent.mkdir()
    shutil.move(root, moved)
    assert _take_up(moved) == [str(root)]
    assert _take_up(moved) == []
    for artifact in _store(moved).get_artifacts():
        assert artifact.uri.startswith(f"{moved}/artifacts/")
        assert pathlib.Path(artifact.uri).is_dir()
        for name in ("current_model_uri", "pushed_destination"):
            if name in artifact.custom_properties:
                path = artifact.custom_properties[name].string_value
                assert path.startswith(f"{moved}/")


def test_a_run_goes_on_in_a_moved_root_that_forgot_a_model(root, tmp_path):
    moved = tmp_path / "moved"
    shutil.move(root, moved)
    shutil.rmtree(_folder(moved, "Trainer", "model", 3))
    _take_up(moved, forget_missing=True)
    _run(moved, 5, blessed=True)
    last = read_all_run_records(str(moved / "metadata.sqlite"), PIPELINE_NAME)[-1]
    [baseline] = last.nodes["ModelGate"].inputs["baseline_model"]
    assert baseline.uri == str(_folder(moved, "Trainer", "model", 1))


def test_a_copy_leaves_its_original(past, root):
    assert {one.uri.startswith(f"{past}/") for one in _store(past).get_artifacts()} == {True}
    assert {one.uri.startswith(f"{root}/") for one in _store(root).get_artifacts()} == {True}


def test_a_missing_model_of_a_moved_root_is_named_where_it_would_be(root, tmp_path):
    moved = tmp_path / "moved"
    shutil.move(root, moved)
    model = _folder(moved, "Trainer", "model", 3)
    shutil.rmtree(model)
    with pytest.raises(RunError, match=f"is missing: {model},"):
        _take_up(moved)


def test_the_same_root_by_another_name_was_not_moved(past, tmp_path):
    (tmp_path / "link").symlink_to(past)
    assert _take_up(tmp_path / "link") == []


def test_what_was_not_moved_with_the_metadata_stays_known(past, tmp_path):
    shutil.copy(past / "metadata.sqlite", tmp_path)
    assert _take_up(tmp_path) == []


def test_reports_read_a_moved_root_without_changing_it(past, tmp_path):
    root = shutil.copytree(past, tmp_path / "root")
    before = (root / "metadata.sqlite").read_bytes()
    for run in read_all_run_records(str(root / "metadata.sqlite"), PIPELINE_NAME):
        for node in run.nodes.values():
            for artifacts in (*node.inputs.values(), *node.outputs.values()):
                assert all(one.uri.startswith(f"{root}/artifacts/") for one in artifacts)
    assert run.nodes["ModelGate"].outputs["blessing"][0].properties["current_model_uri"] == str(
        _folder(root, "Trainer", "model", 4)
    )
    assert (root / "metadata.sqlite").read_bytes() == before


def test_the_latest_run_is_the_last_one_though_the_clock_was_set_back(past, tmp_path):
    shutil.copy(past / "metadata.sqlite", tmp_path)
    path = str(tmp_path / "metadata.sqlite")
    before = [run.run_id for run in read_all_run_records(path, PIPELINE_NAME)]
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE Context SET create_time_since_epoch = 1000000 - id")
        database.commit()
    assert [run.run_id for run in read_all_run_records(path, PIPELINE_NAME)] == before
    assert read_run_records(path, PIPELINE_NAME).run_id == before[-1]


def test_artifacts_without_metadata_are_no_root_to_go_on_with(root):
    (root / "metadata.sqlite").unlink()
    with pytest.raises(RunError, match=r"is there without .*metadata\.sqlite"):
        _take_up(root)
