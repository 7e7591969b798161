"""The first step of a run: parameters in, every other step's properties out."""

from __future__ import annotations

import json
import pathlib

import pytest

from objects_that_sound.components.blessed_models import add_model
from objects_that_sound.tfx_pipeline.kubeflow import configure as module
from objects_that_sound.tfx_pipeline.kubeflow.configure import VIDEO_FINGERPRINT, configure
from objects_that_sound.tfx_pipeline.kubeflow.run_parameters import read_parameters


@pytest.fixture
def folder(tmp_path) -> pathlib.Path:
    """With four files to ingest."""
    (tmp_path / "videos").mkdir()
    for name in "abcd":
        (tmp_path / "videos" / f"{name}.mp4").write_bytes(b"video")
    return tmp_path


@pytest.fixture
def outputs(folder):
    """`outputs(**parameters)`: of the step, on these files."""

    def run(**parameters) -> dict[str, str]:
        values = {"videos": [str(folder / "videos")], "push_destination": str(folder / "models")}
        values |= {"preset": "smoke"} | parameters
        return configure(*read_parameters(values, structure={}))

    return run


def _changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


@pytest.mark.parametrize(
    ("parameters", "changed"),
    [
        ({}, set()),
        # The model card, which is pushed, states the recipe.
        ({"settings": ["training.steps=7"]}, {"trainer", "pusher"}),
        ({"minutes": 5.0}, {"trainer", "pusher"}),
        ({"data_license": "CC BY 4.0"}, {"pusher"}),
        # An epoch is chosen on a split of its own.
        ({"settings": ["training.restore_best=true"]}, {"trainer", "video_example_gen", "pusher"}),
        ({"thresholds": ["avc:avc_accuracy>=0.8"]}, {"avc_evaluator"}),
        ({"settings": ["examples_per_video=2"]}, {"video_example_gen", "pusher"}),
        ({"settings": ["min_loudness_dbfs=-40"]}, {"video_example_gen", "pusher"}),
        ({"group_regex": r"^a"}, {"video_example_gen", "pusher"}),
        ({"label_regex": r"^(\w)"}, {"video_example_gen", "pusher"}),
        (
            {"label_tree": "/data/ontology.json"},
            {"baseline_evaluator", "retrieval_evaluator"},
        ),
        (
            {"push_destination": "/elsewhere"},
            {"latest_blessed_model", "blessed_model_pusher", "pusher", "pusher_search"},
        ),
        (
            {"preset": "demo"},
            {
                *("video_example_gen", "trainer", "pusher"),
                *("avc_evaluator", "retrieval_evaluator"),
            },
        ),
    ],
)
def test_a_parameter_changes_the_steps_that_it_concerns_and_no_other(outputs, parameters, changed):
    # Kubeflow's cache compares what steps are given: the others are not run again.
    assert _changed(outputs(), outputs(**parameters)) == changed


def test_a_folder_that_tensorflow_takes_for_a_pattern_is_refused(outputs):
    with pytest.raises(ValueError, match=r"push_destination /m\[1\] has \[ in its path"):
        outputs(push_destination="/m[1]")


def test_values_reach_the_executors(outputs):
    given = outputs(
        settings=["training.steps=7"],
        thresholds=["avc:avc_accuracy>=0.8"],
        group_regex="^a",
        preset="demo",
    )
    config = json.loads(json.loads(given["trainer"])["custom_config"])
    assert config["training"]["steps"] == 7
    assert isinstance(config["training"]["steps"], int)
    [threshold] = [
        one
        for one in json.loads(json.loads(given["avc_evaluator"])["thresholds"])
        if one["metric"] == "avc_accuracy"
    ]
    assert threshold["at_least"] == 0.8
    ingest = json.loads(json.loads(given["video_example_gen"])["custom_config"])
    assert ingest["custom_config"]["value"]["group_regex"] == "^a"


def test_too_few_videos_end_the_run_here(outputs, folder):
    (folder / "videos" / "a.mp4").unlink()
    with pytest.raises(ValueError, match="at least 4 groups of videos"):
        outputs()


def test_the_fingerprint_tells_other_videos(outputs, folder):
    before = outputs()
    assert _changed(before, outputs()) == set()
    (folder / "videos" / "e.mp4").write_bytes(b"another")
    assert _changed(before, outputs()) == {VIDEO_FINGERPRINT}


def test_the_latest_blessed_model_is_looked_up_each_time(outputs, folder):
    before = outputs()
    assert json.loads(before["latest_blessed_model"])["version"] == "none"
    (folder / "model").mkdir()
    version = add_model(str(folder / "models" / "blessed"), str(folder / "model"))
    after = outputs()
    assert _changed(before, after) == {"latest_blessed_model"}
    assert json.loads(after["latest_blessed_model"])["version"] == version


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"preset": "large"}, "preset must be 'real', .*, not 'large'"),
        ({"videos": ["/nowhere/*.mp4"]}, "no videos match '/nowhere/\\*.mp4'"),
        ({"thresholds": ["avc"]}, "is no threshold"),
        ({"thresholds": ["sound_benchmark:accuracy>=1"]}, "needs --sound-benchmark"),
        ({"settings": ["training.steps=-1"]}, "training.steps must be"),
        ({"group_regex": "("}, "group_regex"),
        ({"group_regex": "_g"}, "--group-regex '_g' matches none of 4 names"),
    ],
)
def test_a_wrong_parameter_ends_the_run_before_it_begins(outputs, folder, parameters, message):
    with pytest.raises((OSError, ValueError), match=message):
        outputs(**parameters)


def test_the_command_says_so_in_one_line(folder):
    values = {"videos": [str(folder / "nowhere")], "push_destination": "models"}
    executor_input = json.dumps({"inputs": {"parameterValues": values}})
    with pytest.raises(SystemExit, match=r"^The run can't begin: no videos match"):
        module.main(["--executor_input", executor_input, "--structure", "{}"])


def test_an_image_of_another_version_is_told(folder):
    values = {"videos": [str(folder / "videos")], "push_destination": "m", "preset": "smoke"}
    outputs = {"parameters": {"trainer": {"outputFile": str(folder / "trainer")}}}
    executor_input = json.dumps({"inputs": {"parameterValues": values}, "outputs": outputs})
    with pytest.raises(SystemExit, match="other steps than the compiled one: compile it again"):
        module.main(["--executor_input", executor_input, "--structure", "{}"])
    assert not (folder / "trainer").exists()
