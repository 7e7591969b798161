"""The summary of real runs of a small pipeline, as ML Metadata remembers them."""

import json
import pathlib

import pytest
from ml_metadata.proto import metadata_store_pb2
from tfx import v1 as tfx
from tfx.orchestration import metadata
from tfx.types import standard_artifacts
from tfx.types.channel_utils import union

from objects_that_sound.components.evaluation.artifacts import Evaluation
from objects_that_sound.components.evaluation.decision import Decision
from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.metric import Metric
from objects_that_sound.components.evaluation.threshold import Threshold, thresholds_to_json
from objects_that_sound.tfx_pipeline.learning_curve.learning_curve import (
    LearningCurve,
    learning_curve_folder,
    read_learning_curve,
)
from objects_that_sound.tfx_pipeline.report.collect import collect_run
from objects_that_sound.tfx_pipeline.report.run_records import RunNotFoundError
from objects_that_sound.tfx_pipeline.report.video_counts import VideoCounts

NAME = "objects-that-sound"
MEASURED = {
    "server": "local model server",
    "score_p50_seconds": {"grpc": 0.0045, "rest": 0.006},
    "largest_difference": 1e-7,
    "answers": [{"video": "a.mp4", "time": 1.5, "own_sound": 0.9, "other_sound": 0.1}],
}
RETRIEVAL = EvaluationResult(
    "retrieval",
    "Retrieval",
    [MeasuredMetric(Metric("ndcg_image_audio", "nDCG"), Estimate(0.7))],
    decisions=[Decision("ndcg_image_audio", True, "0.7 is at least 0.5", "≥ 0.5")],
)
AVC = EvaluationResult(
    "avc", "Correspondence", [MeasuredMetric(Metric("avc_accuracy", "AVC accuracy"), Estimate(0.9))]
)
ASKED = Threshold("ndcg_image_audio", at_least=0.5)
REJECT = {"video": "bad.mp4", "reason": "truncated", "detail": "ends early"}

# Components that leave behind what the real ones do; their annotations are TFX's interface, so
# this module does without `from __future__ import annotations`.


@tfx.dsl.components.component
def VideoExampleGen(  # noqa: N802
    examples: tfx.dsl.components.OutputArtifact[standard_artifacts.Examples],
    custom_config: tfx.dsl.components.Parameter[str],
):
    examples.set_int_custom_property("num_videos", 5)
    examples.set_int_custom_property("num_examples", 20)
    examples.set_int_custom_property("num_rejects", 1)
    examples.set_int_custom_property("num_seconds", 50)
    rows = [
        {"video": f"{name}.mp4", "split": split, "group": group}
        for name, split, group in (
            ("a1", "train", "a"),
            ("a2", "train", "a"),
            ("b", "train", "b"),
            ("c", "eval", "c"),
            ("bad", "eval", "d"),
        )
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (pathlib.Path(examples.uri) / "videos.jsonl").write_text(lines)
    (pathlib.Path(examples.uri) / "rejects.jsonl").write_text(json.dumps(REJECT) + "\n")


@tfx.dsl.components.component
def Trainer(  # noqa: N802
    examples: tfx.dsl.components.InputArtifact[standard_artifacts.Examples],
    model: tfx.dsl.components.OutputArtifact[standard_artifacts.Model],
    model_run: tfx.dsl.components.OutputArtifact[standard_artifacts.ModelRun],
    fail: tfx.dsl.components.Parameter[int],
):
    if fail:
        raise RuntimeError("the loss is NaN at step 7")
    history = {"loss": [2.0, 1.0], "step": [10, 20]}
    (pathlib.Path(model_run.uri) / "history.json").write_text(json.dumps(history))


@tfx.dsl.components.component
def RetrievalEvaluator(  # noqa: N802
    model: tfx.dsl.components.InputArtifact[standard_artifacts.ModelRun],
    evaluation: tfx.dsl.components.OutputArtifact[Evaluation],
    thresholds: tfx.dsl.components.Parameter[str],
):
    RETRIEVAL.write(evaluation.uri)


@tfx.dsl.components.component
def AvcEvaluator(  # noqa: N802
    model: tfx.dsl.components.InputArtifact[standard_artifacts.ModelRun],
    evaluation: tfx.dsl.components.OutputArtifact[Evaluation],
):
    AVC.write(evaluation.uri)


@tfx.dsl.components.component
def AnyNameAtAll(  # noqa: N802
    model: tfx.dsl.components.InputArtifact[standard_artifacts.ModelRun],
    found: tfx.dsl.components.OutputArtifact[Evaluation],
):
    EvaluationResult("invented", "Invention", ()).write(found.uri)


@tfx.dsl.components.component
def ModelGate(  # noqa: N802
    evaluations: tfx.dsl.components.InputArtifact[list[Evaluation]],
    blessing: tfx.dsl.components.OutputArtifact[standard_artifacts.ModelBlessing],
):
    blessing.set_int_custom_property("blessed", 1)


@tfx.dsl.components.component
def ServingValidator(  # noqa: N802
    model: tfx.dsl.components.InputArtifact[standard_artifacts.ModelRun],
    blessing: tfx.dsl.components.OutputArtifact[standard_artifacts.InfraBlessing],
    load_seconds: tfx.dsl.components.Parameter[int],
):
    passed = load_seconds <= 10
    text = f"loading took {load_seconds} s, {'within' if passed else 'over'} the limit of 10 s"
    decisions = [{"metric": "load_seconds", "passed": passed, "text": text}]
    validation = {"measured": MEASURED | {"load_seconds": load_seconds}, "decisions": decisions}
    (pathlib.Path(blessing.uri) / "validation.json").write_text(json.dumps(validation))


@tfx.dsl.components.component
def Pusher(  # noqa: N802
    model: tfx.dsl.components.InputArtifact[standard_artifacts.ModelRun],
    pushed_model: tfx.dsl.components.OutputArtifact[standard_artifacts.PushedModel],
    push: tfx.dsl.components.Parameter[int],
):
    pushed_model.set_int_custom_property("pushed", push)
    if push:
        pushed_model.set_string_custom_property("pushed_version", "17")
        pushed_model.set_string_custom_property("pushed_destination", "serving/17")


def _run(root: pathlib.Path, fail: int = 0, push: int = 1) -> None:
    config = json.dumps({"custom_config": {"value": {"image_size": 64}}})
    example_gen = VideoExampleGen(custom_config=config)
    trainer = Trainer(examples=example_gen.outputs["examples"], fail=fail)
    asked = thresholds_to_json([ASKED])
    retrieval = RetrievalEvaluator(model=trainer.outputs["model_run"], thresholds=asked)
    invented = AnyNameAtAll(model=trainer.outputs["model_run"])
    avc = AvcEvaluator(model=trainer.outputs["model_run"])
    components = [
        example_gen,
        trainer,
        retrieval,
        invented,
        avc,
        ModelGate(evaluations=union([avc.outputs["evaluation"], retrieval.outputs["evaluation"]])),
        ServingValidator(model=trainer.outputs["model_run"], load_seconds=2 if push else 60),
        Pusher(model=trainer.outputs["model_run"], push=push),
    ]
    pipeline = tfx.dsl.Pipeline(
        pipeline_name=NAME,
        pipeline_root=str(root / "artifacts"),
        components=components,
        enable_cache=True,
        metadata_connection_config=metadata.sqlite_metadata_connection_config(
            str(root / "metadata.sqlite")
        ),
    )
    tfx.orchestration.LocalDagRunner().run(pipeline)


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> pathlib.Path:
    """Three runs: one from nothing, one from the cache that does not push, one that fails."""
    folder = tmp_path_factory.mktemp("run")
    _run(folder)
    _run(folder, push=0)
    with pytest.raises(RuntimeError, match="NaN"):
        _run(folder, fail=1)
    return folder


@pytest.fixture(scope="module")
def run_ids(root) -> list[str]:
    import ml_metadata as mlmd

    config = metadata_store_pb2.ConnectionConfig()
    config.sqlite.filename_uri = str(root / "metadata.sqlite")
    contexts = mlmd.MetadataStore(config).get_contexts_by_type("pipeline_run")
    return [context.name for context in sorted(contexts, key=lambda context: context.id)]


def test_a_run_from_nothing(root, run_ids):
    summary = collect_run(root, NAME, run_ids[0])
    assert summary.run_id == run_ids[0]
    assert {stage.name: stage.status for stage in summary.stages} == {
        "VideoExampleGen": "run",
        "Trainer": "run",
        "RetrievalEvaluator": "run",
        "AnyNameAtAll": "run",
        "AvcEvaluator": "run",
        "ModelGate": "run",
        "ServingValidator": "run",
        "Pusher": "run",
    }
    assert all(stage.seconds > 0 for stage in summary.stages)
    assert summary.decision.pushed_version == "17"
    assert summary.decision.pushed_destination == "serving/17"
    assert summary.data == {
        "num_videos": 5,
        "num_rejects": 1,
        "num_seconds": 50,
        "num_examples": 20,
    }
    assert summary.videos == VideoCounts({"train": 3, "eval": 1}, {"train": 2, "eval": 1}, 50)
    assert summary.thresholds == {"avc": (), "retrieval": (ASKED,), "invented": ()}
    assert pathlib.Path(summary.candidate).parts[-3:-1] == ("Trainer", "model")
    assert summary.learning_curve is None
    assert summary.rejects == (REJECT,)
    assert summary.history is not None
    assert summary.history.curves == {"loss": [2.0, 1.0], "step": [10, 20]}
    assert summary.history.exported == 1
    # In the order of the registry of evaluators, then any others.
    assert [one.node for one in summary.evaluations] == [
        "AvcEvaluator",
        "RetrievalEvaluator",
        "AnyNameAtAll",
    ]
    assert summary.decision.blessed is True
    assert summary.decision.reasons == (
        "0.7 is at least 0.5",
        "loading took 2 s, within the limit of 10 s",
    )
    retrieval = summary.evaluation("retrieval").result
    assert retrieval["ndcg_image_audio"].value == 0.7
    assert list(retrieval.decisions) == RETRIEVAL.decisions
    assert (pathlib.Path(summary.folder("retrieval")) / "metrics.json").is_file()
    assert summary.evaluation("localisation") is None
    assert summary.folder("localisation") == ""
    assert summary.parameters["VideoExampleGen"] == {"image_size": 64}
    assert summary.serving == {
        "version": "17",
        "server": "local model server",
        "start_seconds": 2,
        "grpc_p50_ms": 4.5,
        "rest_p50_ms": 6.0,
        "largest_difference": 1e-7,
        "answers": MEASURED["answers"],
    }


def test_it_has_all_runs_of_the_root_as_its_trend(root, run_ids):
    summary = collect_run(root, NAME, run_ids[1])
    assert [row["run"] for row in summary.trend] == run_ids
    assert [row["version"] for row in summary.trend] == ["17", None, None]
    assert summary.held_out_clips is None


def test_a_learning_curve_is_found_by_the_model_that_it_is_of(root, run_ids):
    candidate = collect_run(root, NAME, run_ids[0]).candidate
    curve = LearningCurve(
        "AVC accuracy",
        (1, 2),
        (1, 2),
        (Estimate(0.5), Estimate(0.6, 0.5, 0.7)),
        Estimate(0.1, 0.05, 0.15),
        (Estimate(0.7), Estimate(0.8)),
    )
    curve.write(learning_curve_folder(root, candidate))
    assert collect_run(root, NAME, run_ids[0]).learning_curve == curve
    assert read_learning_curve(root, f"{candidate}0") is None
    assert read_learning_curve(root, "") is None


def test_a_run_from_the_cache_has_the_earlier_artifacts(root, run_ids):
    first, second = (collect_run(root, NAME, run_id) for run_id in run_ids[:2])
    assert {stage.name: stage.status for stage in second.stages} == {
        "VideoExampleGen": "cached",
        "Trainer": "cached",
        "RetrievalEvaluator": "cached",
        "AnyNameAtAll": "cached",
        "AvcEvaluator": "cached",
        "ModelGate": "cached",
        "ServingValidator": "run",
        "Pusher": "run",
    }
    assert second.evaluations == first.evaluations
    assert second.rejects == first.rejects
    assert second.decision.pushed_version is None
    assert second.serving is None
    assert second.decision.reasons == ("loading took 60 s, over the limit of 10 s",)


def test_the_latest_run_failed_and_says_why(root, run_ids):
    summary = collect_run(root, NAME, error="the loss is NaN at step 7")
    assert summary.run_id == run_ids[2]
    assert [(stage.name, stage.status) for stage in summary.stages] == [
        ("VideoExampleGen", "cached"),
        ("Trainer", "failed"),
    ]
    assert summary.decision.blessed is None
    assert summary.decision.reasons == ("Trainer failed: the loss is NaN at step 7",)
    assert collect_run(root, NAME).decision.reasons == ("Trainer failed",)
    assert summary.evaluations == ()
    assert summary.history is None


@pytest.mark.parametrize(
    ("name", "run_id", "message"),
    [("other", None, "no pipeline 'other'"), (NAME, "yesterday", "no run 'yesterday'")],
)
def test_a_run_that_is_not_there(root, name, run_id, message):
    with pytest.raises(RunNotFoundError, match=message):
        collect_run(root, name, run_id)


def test_a_folder_that_is_no_run(tmp_path):
    with pytest.raises(RunNotFoundError, match=r"metadata\.sqlite does not exist"):
        collect_run(tmp_path, NAME)


def test_command_writes_again_and_keeps_stages_outside_the_pipeline(root, run_ids):
    from click.testing import CliRunner

    from objects_that_sound.tfx_pipeline.commands.report import command

    earlier = {
        "run_id": run_ids[0],
        "title": "Preset demo",
        "stages": [
            {"name": "Generate videos", "seconds": 9.0, "status": "run"},
            {"name": "Trainer", "seconds": 0.0, "status": "run"},
        ],
    }
    (root / "report.json").write_text(json.dumps(earlier))
    result = CliRunner().invoke(command, ["--root", str(root), "--run_id", run_ids[0]])
    assert result.exit_code == 0, result.output
    report = json.loads((root / "report.json").read_text())
    assert report["served"] is True
    assert report["serving"]["grpc_p50_ms"] == 4.5
    assert report["pushed_version"] == "17"
    assert report["title"] == "Preset demo"
    seconds = {stage["name"]: stage["seconds"] for stage in report["stages"]}
    assert list(seconds)[:2] == ["Generate videos", "Trainer"]
    assert len(seconds) == 9
    assert seconds["Trainer"] > 0
    assert "Pushed as version 17" in (root / "report.html").read_text()
    # What another run's model answered is not this run's.
    assert CliRunner().invoke(command, ["--root", str(root)]).exit_code == 0
    assert json.loads((root / "report.json").read_text())["served"] is False


def test_command_on_a_folder_that_is_no_run(tmp_path):
    from click.testing import CliRunner

    from objects_that_sound.tfx_pipeline.commands.report import command

    result = CliRunner().invoke(command, ["--root", str(tmp_path)])
    assert result.exit_code == 1
    assert "metadata.sqlite does not exist" in result.output


def test_the_run_of_a_version(root, run_ids):
    assert collect_run(root, NAME, version="17").run_id == run_ids[0]
    with pytest.raises(RunNotFoundError, match=r"pushed a version '18', only: 17"):
        collect_run(root, NAME, version="18")


@pytest.mark.parametrize(
    "options", [["--compare-version", "17"], ["--compare", "ROOT", "--compare-run-id", "FIRST"]]
)
def test_command_compares_two_runs_of_a_folder(root, run_ids, tmp_path, options):
    from click.testing import CliRunner

    from objects_that_sound.tfx_pipeline.commands.report import command

    given = {"ROOT": str(root), "FIRST": run_ids[0]}
    options = [given.get(option, option) for option in options]
    output = tmp_path / "both.html"
    common = ["--root", str(root), "--run-id", run_ids[1], "-o", str(output)]
    result = CliRunner().invoke(command, [*common, *options])
    assert result.exit_code == 0, result.output
    page = output.read_text()
    assert run_ids[0] in page and run_ids[1] in page
    assert "Pushed as version 17" in page and "Blessed, but not pushed" in page


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (["--version", "17", "--compare-version", "17"], 2, "give another folder, run or version"),
        (["--version", "17", "--run-id", "x", "--compare-version", "17"], 2, "not both"),
        (["-o", "x.html"], 2, "give --compare as well"),
        (["--compare-version", "18"], 1, "no run under this root pushed a version '18', only: 17"),
    ],
)
def test_command_says_what_cannot_be_compared(root, options, status, words):
    from click.testing import CliRunner

    from objects_that_sound.tfx_pipeline.commands.report import command

    result = CliRunner().invoke(command, ["--root", str(root), *options])
    assert result.exit_code == status
    assert words in result.output
