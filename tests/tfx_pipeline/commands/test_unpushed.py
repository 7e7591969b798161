"""What `ots serve` says where there is no version yet."""

from __future__ import annotations

import json

import pytest

from objects_that_sound.tfx_pipeline.commands.unpushed import unpushed

ADVICE = {
    "headline": "Not pushed: avc_accuracy is below 0.800.",
    "commands": ["ots serve --model_base_path=/a"],
}


@pytest.fixture(params=["objects-that-sound", "search"])
def base_path(request, tmp_path):
    return tmp_path / "root" / "serving" / request.param


def test_where_a_version_is_nothing_is_said(base_path):
    (base_path / "3").mkdir(parents=True)
    assert unpushed(base_path) == ""


def test_what_the_last_run_decided_is_said_with_a_way_on(base_path):
    base_path.mkdir(parents=True)
    root = base_path.parent.parent
    (root / "report.json").write_text(json.dumps({"advice": ADVICE}))
    words = unpushed(base_path)
    assert f"nothing was pushed to {base_path} yet" in words
    assert f"under {root} decided: Not pushed: avc_accuracy is below 0.800. To try" in words
    assert words.endswith("To try its model: ots serve --model_base_path=/a")


@pytest.mark.parametrize("report", [None, "no JSON", "{}", "[]"])
def test_a_root_without_a_decision_is_no_error(base_path, report):
    base_path.parent.mkdir(parents=True)
    if report is not None:
        (base_path.parent.parent / "report.json").write_text(report)
    assert "has ended with a decision" in unpushed(base_path)


def test_any_other_folder_is_only_said_to_be_empty(tmp_path):
    assert unpushed(tmp_path).endswith("once there is a version.")


def test_the_root_of_runs_is_told_from_the_folder_of_versions_below_it(tmp_path):
    (tmp_path / "metadata.sqlite").touch()
    folder = tmp_path / "serving" / "objects-that-sound"
    assert unpushed(tmp_path).endswith(f"give --model_base_path={folder}")
