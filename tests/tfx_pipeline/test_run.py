"""The whole line, from raw videos to a served model, with the preset `smoke`."""

from __future__ import annotations

import errno
import json
import pathlib
import re
import shlex
import time

import pytest
import tensorflow as tf
from click.testing import CliRunner

from objects_that_sound.serving.client.grpc_client import GrpcClient
from objects_that_sound.serving.model_server.model_facts import read_model_facts
from objects_that_sound.serving.model_server.model_server import ModelServer
from objects_that_sound.serving.model_server.model_server_options import ModelServerOptions
from objects_that_sound.tfx_pipeline import local_runner
from objects_that_sound.tfx_pipeline.cli import main
from objects_that_sound.tfx_pipeline.report import collect, report
from objects_that_sound.tfx_pipeline.run import run
from objects_that_sound.tfx_pipeline.run_error import RunError
from objects_that_sound.tfx_pipeline.run_options import RunOptions
from objects_that_sound.tfx_pipeline.stage_failed_error import StageFailedError

COMPUTED = {
    "VideoExampleGen",
    "StatisticsGen",
    "SchemaGen",
    "ExampleValidator",
    "AvcPairGen",
    "BaselineEvaluator",
    "Trainer",
    "ServingValidator",
}
"""Stages whose inputs do not change from run to run."""
COMPARING = {"RetrievalEvaluator", "LocalisationEvaluator"}
"""Stages that depend on the latest blessed model besides."""
DECIDING = {
    "latest_blessed_model_resolver",
    "AvcEvaluator",
    "ModelGate",
    "Pusher",
    "SearchIndexer",
    "Pusher.search",
}


def _flat(text: str) -> str:
    """Without the breaks of lines."""
    return " ".join(text.split())


def _with_status(report: dict, status: str) -> set[str]:
    return {stage["name"] for stage in report["stages"] if stage["status"] == status}


def test_without_the_command_line_nothing_is_printed_and_errors_are_the_runs_own(tmp_path, capsys):
    with pytest.raises(RunError, match="nowhere"):
        run(RunOptions((str(tmp_path / "nowhere"),)), str(tmp_path / "root"))
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("count", [1, 2, 3])
def test_too_few_videos_are_refused_before_any_is_opened(tmp_path, count):
    for number in range(count):
        (tmp_path / f"{number}.mp4").write_bytes(b"not looked at")
    with pytest.raises(
        RunError, match=r"at least 4 groups of videos: 2 to learn from and 2 others"
    ):
        run(RunOptions((str(tmp_path),)), str(tmp_path / "root"))
    assert not (tmp_path / "root" / "artifacts").exists()


def test_a_run_that_pushes_ends_with_status_0(first_run):
    assert first_run.exit_code == 0, first_run.output
    assert f"Pushed and served version {first_run.report['pushed_version']}" in first_run.output


def test_what_the_smoke_preset_pushes_is_not_told_as_a_success(first_run, root):
    advice = first_run.report["advice"]
    assert advice["tone"] == "caution"
    assert "Nothing was asked of this model" in advice["doubts"][0]
    assert advice["doubts"][0] in first_run.output
    assert "verdict caution" in (root / "report.html").read_text()


def test_the_report_plays_held_out_clips_and_a_card_lies_beside_the_model(first_run, root):
    report = first_run.report
    held_out = report["videos"]["clips"]["eval"]
    assert len(report["held_out_clips"]) == min(3, held_out)
    page = (root / "report.html").read_text()
    assert page.count("<video ") == len(report["held_out_clips"])
    card = (pathlib.Path(report["pushed_destination"]) / "model_card.md").read_text()
    accuracy = report["evaluations"]["avc"]["metrics"]["avc_accuracy"]
    assert f"| AVC accuracy | {accuracy['value']:.3f} (" in card
    assert report["advice"]["opening"] in card
    found = report["evaluations"]["retrieval"]["metrics"]["ndcg_image_audio"]["value"]
    searches = (root / "serving" / "search").iterdir()
    search = min(searches, key=lambda path: int(path.name))  # other tests' runs come later
    for version in (report["pushed_destination"], search):
        assert read_model_facts(pathlib.Path(version))["search"]["value"] == found
    assert "not stated" in card


def test_the_advice_names_clips_hours_scenes_and_held_out_scenes(first_run):
    videos = first_run.report["videos"]
    assert videos["scenes"] == videos["clips"]
    assert sum(videos["clips"].values()) == 24
    assert videos["seconds"] == pytest.approx(3 * 24, abs=3)
    found = re.search(r"(\d+) clips of (\d+) scenes .* it had never met", _flat(first_run.output))
    assert found is not None
    assert "hours of video" in _flat(first_run.output)


def test_every_stage_is_told_and_timed(first_run):
    stages = first_run.report["stages"]
    assert {stage["name"] for stage in stages} == COMPUTED | COMPARING | DECIDING
    assert _with_status(first_run.report, "run") == {stage["name"] for stage in stages}
    assert all(stage["seconds"] >= 0 for stage in stages)
    assert sum(stage["seconds"] for stage in stages) > 1
    for name in COMPUTED | COMPARING | DECIDING:
        assert f"── {name}" in first_run.output


def test_accuracy_stands_between_chance_and_ceiling(first_run):
    metrics = first_run.report["evaluations"]["avc"]["metrics"]
    accuracy = metrics["avc_accuracy"]
    assert accuracy["chance"] == 0.5
    assert 0.5 < accuracy["ceiling"] <= 1
    assert 0 <= accuracy["low"] <= accuracy["value"] <= accuracy["high"] <= 1
    assert 0 <= accuracy["baselines"]["Colour histogram"]["value"] <= 1
    assert 0 <= metrics["avc_auc"]["value"] <= 1


def test_localisation_stands_beside_its_baselines(first_run):
    localisation = first_run.report["evaluations"]["localisation"]
    frames = first_run.report["data"]["num_eval_examples"]
    assert localisation["details"] == {"num_frames": frames, "num_frames_with_boxes": frames}
    pointing = localisation["metrics"]["pointing_accuracy"]
    baselines = [one["value"] for one in pointing["baselines"].values()]
    assert len(baselines) == 2
    assert all(0 <= value <= 1 for value in (pointing["value"], pointing["chance"], *baselines))


def test_retrieval_in_four_directions_stands_beside_chance(first_run):
    retrieval = first_run.report["evaluations"]["retrieval"]
    assert retrieval["details"]["num_queries"] > 0
    for direction in ("image_image", "image_audio", "audio_image", "audio_audio"):
        ndcg = retrieval["metrics"][f"ndcg_{direction}"]
        assert 0 <= ndcg["value"] <= 1
        assert 0 < ndcg["chance"] < 1


def test_every_bad_file_is_named_with_its_reason(first_run):
    rejects = {reject["video"]: reject["reason"] for reject in first_run.report["rejects"]}
    assert rejects == {
        "empty.mp4": "empty_file",
        "no_sound.mp4": "no_audio_stream",
        "text.mp4": "cannot_open",
        "truncated.mp4": "truncated",
    }
    assert all(reject["detail"] for reject in first_run.report["rejects"])
    assert "4 videos could not be used" in first_run.output


def test_all_good_videos_are_used(first_run):
    data = first_run.report["data"]
    assert (data["num_videos"], data["num_rejects"], data["num_examples"]) == (28, 4, 72)
    assert data["num_train_examples"] + data["num_eval_examples"] == 72
    assert data["num_eval_examples"] >= 9  # 3 a video
    assert data["num_pairs"] == 2 * data["num_eval_examples"]


def test_the_history_is_of_the_presets_steps(first_run):
    history = first_run.report["history"]
    assert history["curves"]["step"] == [10, 20]
    assert all(len(values) == 2 for values in history["curves"].values())
    assert (history["exported"], history["chosen"], history["ended"]) == (1, False, "steps")
    parameters = first_run.report["parameters"]
    assert parameters["Trainer"]["training.steps"] == 20
    assert parameters["VideoExampleGen"]["sample_rate"] == 8000


def test_the_pushed_model_is_served_by_both_protocols_alike(first_run):
    report = first_run.report
    assert report["served"] is True
    assert report["serving"]["version"] == report["pushed_version"]
    assert report["serving"]["largest_difference"] < 1e-5
    assert len(report["serving"]["answers"]) >= 3  # one a video of the split `eval`
    for answer in report["serving"]["answers"]:
        assert 0 < answer["own_sound"] < 1
        assert 0 < answer["other_sound"] < 1


def test_the_pushed_version_is_a_saved_model(first_run):
    report = first_run.report
    assert first_run.versions == (report["pushed_version"],)
    folder = pathlib.Path(report["pushed_destination"])
    assert folder.name == report["pushed_version"]
    model = tf.saved_model.load(str(folder))
    assert {"score", "embed_image", "embed_audio", "localise", "score_examples"} <= set(
        model.signatures
    )
    description = model.signatures["describe"](query=tf.constant([b""]))
    assert int(description["sample_rate"][0]) == 8000


def test_the_pushed_index_finds_all_examples(first_run, root):
    [version] = (root / "serving" / "search").iterdir()
    model = tf.saved_model.load(str(version))
    description = model.signatures["describe"](query=tf.constant([b""]))
    count = int(description["items"][0])
    assert count == first_run.report["data"]["num_examples"]
    silence = tf.constant([bytes(2 * int(description["sample_rate"][0]))])
    found = model.signatures["search_by_audio"](audio=silence, k=tf.constant([1000]))
    assert found["ids"].shape == (1, count)
    names = {name.decode() for name in found["ids"].numpy()[0]}
    assert len(names) == 24  # the good ones


def test_there_is_a_page_for_people(first_run, root):
    page = (root / "report.html").read_text()
    assert first_run.report["pushed_version"] in page
    assert "truncated.mp4" in page


def test_a_refused_model_is_not_pushed_and_the_run_says_why(refused_run, first_run):
    assert refused_run.exit_code == 3
    report = refused_run.report
    assert report["blessed"] is False
    assert report["pushed_version"] is None
    assert report["served"] is False
    [reason] = report["reasons"]
    accuracy = report["evaluations"]["avc"]["metrics"]["avc_accuracy"]
    assert f"AVC accuracy {accuracy['value']:.3f} (" in reason
    assert "is below 1.000" in reason
    assert f"Not pushed: {reason}" in refused_run.output


def test_a_refused_model_can_be_tried_at_once(refused_run):
    output = _flat(refused_run.output)
    accuracy = refused_run.report["evaluations"]["avc"]["metrics"]["avc_accuracy"]
    [option] = re.findall(r"The option (--threshold=\S+) asks only for", output)
    assert "this option alone is enough to push it" in output
    [threshold] = shlex.split(option.removeprefix("--threshold="))
    name, _, bound = threshold.partition(">=")
    assert name == "avc:avc_accuracy"
    assert accuracy["low"] - 0.001 < float(bound) <= accuracy["low"]
    serve = shlex.split(refused_run.report["advice"]["commands"][0])
    assert serve[:2] == ["ots", "serve"]
    flags = dict(word.split("=") for word in serve[2:])
    assert flags["--model_base_path"] in output
    options = ModelServerOptions(
        pathlib.Path(flags["--model_base_path"]),
        model_name=flags["--model_name"],
        port=None,  # a free one
        bind_address="127.0.0.1",
    )
    with (
        ModelServer(options) as server,
        GrpcClient(f"127.0.0.1:{server.port}", options.model_name) as client,
    ):
        end = time.monotonic() + 60
        while (loaded := [one.state for one in client.model_status()]) != ["AVAILABLE"]:
            assert time.monotonic() < end, loaded
            time.sleep(0.1)


def test_the_earlier_version_stays_served(refused_run, first_run):
    assert refused_run.versions == first_run.versions


def test_a_refused_model_makes_no_index(refused_run, root):
    assert len(list((root / "serving" / "search").iterdir())) == 1


def test_what_did_not_change_is_reused_and_said(refused_run, first_run):
    assert _with_status(refused_run.report, "cached") == COMPUTED
    assert _with_status(refused_run.report, "run") == COMPARING | DECIDING
    [line] = [line for line in refused_run.output.splitlines() if line.startswith("Reused")]
    assert set(line.removeprefix("Reused from an earlier run: ").split(", ")) == COMPUTED
    assert refused_run.output.count("unchanged: outputs of an earlier run") == len(COMPUTED)
    for name in ("history", "rejects"):
        assert refused_run.report[name] == first_run.report[name]


def test_a_run_is_compared_with_the_blessed_model(refused_run, first_run):
    """Which is the same one, so that nothing changes."""
    for name in ("avc", "localisation", "retrieval"):
        first, second = (
            run.report["evaluations"][name]["metrics"] for run in (first_run, refused_run)
        )
        changes = [metric["change"] for metric in second.values() if metric["change"]]
        assert changes
        assert all(set(change.values()) == {0.0} for change in changes)
        assert {metric: one | {"change": None} for metric, one in second.items()} == first


@pytest.mark.slow
def test_a_run_after_a_refused_one_is_compared_with_the_blessed_model_and_pushes(
    repeated_run, first_run
):
    assert repeated_run.exit_code == 0, repeated_run.output
    assert _with_status(repeated_run.report, "cached") == COMPUTED | COMPARING
    assert _with_status(repeated_run.report, "run") == DECIDING
    assert repeated_run.report["served"] is True
    assert len(repeated_run.versions) == 2
    assert repeated_run.versions[0] == first_run.versions[0]
    assert repeated_run.versions[1] == repeated_run.report["pushed_version"]


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        tf.errors.ResourceExhaustedError(None, None, "/root/x.data; No space left on device"),
        RuntimeError("database or disk is full"),
    ],
    ids=["Python", "TensorFlow", "ML Metadata"],
)
def test_a_full_disk_is_told_and_not_hidden_by_a_report_that_does_not_fit(
    tmp_path, monkeypatch, error
):
    def fail(*_, **__):
        raise error

    for number in range(4):
        (tmp_path / f"{number}.mp4").write_bytes(b"not looked at")
    monkeypatch.setattr(local_runner, "run_locally", fail)
    monkeypatch.setattr(collect, "collect_run", lambda *_, **__: None)
    monkeypatch.setattr(
        report, "write_report", fail if isinstance(error, OSError) else lambda *_: {}
    )
    with pytest.raises(StageFailedError, match=r"^no space is left on the disk of .*ots clean"):
        run(RunOptions((str(tmp_path),)), str(tmp_path / "root"))


def test_a_run_that_fails_says_why_and_reports_it(tmp_path):
    videos = tmp_path / "videos"
    videos.mkdir()
    for i in range(4):
        (videos / f"{i}.mp4").write_text("no video")
    result = CliRunner().invoke(
        main, ["run", "--videos", str(videos), "--root", str(tmp_path), "--preset", "smoke"]
    )
    assert result.exit_code == 1
    assert "Error: " in result.output
    assert "cannot_open" in result.output
    assert "Traceback" not in result.output
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["pushed_version"] is None
    assert report["served"] is False
    assert any("VideoExampleGen failed" in reason for reason in report["reasons"])
    assert _with_status(report, "failed") == {"VideoExampleGen"}


@pytest.mark.slow
def test_real_clips_reach_a_gate_decision(shared_data, tmp_path):
    videos = sorted((shared_data / "videos").rglob("*.mp4"))
    result = CliRunner().invoke(
        main,
        [
            *("run", "--videos", str(shared_data / "videos" / "**" / "*.mp4")),
            *("--root", str(tmp_path), "--preset", "smoke", "--group-regex", r"_g\d+_"),
        ],
    )
    assert result.exit_code == 0, result.output
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["blessed"] is True
    assert report["served"] is True
    assert report["data"]["num_videos"] == len(videos) > 100
    good = len(videos) - report["data"]["num_rejects"]
    assert 0.9 * len(videos) < good
    assert report["data"]["num_examples"] == pytest.approx(3 * good, rel=0.05)
    assert {reject["video"].rsplit("/", 1)[-1] for reject in report["rejects"]} <= {
        path.name for path in videos
    }
    localisation = report["evaluations"]["localisation"]
    assert localisation["details"]["num_frames_with_boxes"] == 0
    assert localisation["metrics"]["pointing_accuracy"]["missing"]
