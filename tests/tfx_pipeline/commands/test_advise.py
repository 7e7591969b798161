"""`ots advise` after a run of the preset `smoke`.

All but the slow test have the run's own model instead of a training on each part.
"""

from __future__ import annotations

import json
import os
import pathlib
import shutil

import pytest
from click.testing import CliRunner, Result

from objects_that_sound.tfx_pipeline.cli import main
from objects_that_sound.tfx_pipeline.learning_curve import measure_learning_curve
from objects_that_sound.tfx_pipeline.pipeline_name import PIPELINE_NAME
from objects_that_sound.tfx_pipeline.report.collect import collect_run


def _advise(root: pathlib.Path, *switches: str) -> Result:
    return CliRunner().invoke(main, ["advise", "--root", str(root), *switches])


@pytest.fixture(scope="module")
def advised(first_run, root) -> Result:
    """The command after a run."""
    trained = os.path.join(collect_run(root, PIPELINE_NAME).candidate, "Format-Serving")

    def take_the_runs(arguments):
        shutil.copytree(trained, arguments.serving_model_dir)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measure_learning_curve, "run_fn", take_the_runs)
        return _advise(root)


@pytest.fixture(scope="module")
def report(advised, root):
    """What it leaves."""
    return json.loads((root / "report.json").read_text())


def test_the_curve_ends_in_the_run_itself(advised, report, first_run):
    assert advised.exit_code == 0, advised.output
    curve = report["learning_curve"]
    assert report["run_id"] == first_run.report["run_id"]
    quarter, half, everything = curve["clips"]
    assert quarter < half < everything == first_run.report["videos"]["clips"]["train"]
    accuracy = first_run.report["evaluations"]["avc"]["metrics"]["avc_accuracy"]
    assert curve["figures"][-1]["value"] == pytest.approx(accuracy["value"])
    assert f"Train on {quarter} of {everything} clips" in advised.output


def test_it_joins_the_advice_at_the_terminal_and_in_the_report(advised, report, root):
    [finding] = [one for one in report["advice"]["findings"] if one.startswith("Learnt from")]
    assert finding in " ".join(advised.output.split())
    assert finding in (root / "report.html").read_text()
    assert report["title"] == "Preset smoke"


def test_what_was_trained_is_kept_and_not_trained_again(advised, report, root):
    folder = root / "learning_curve"
    models = sorted(folder.rglob("saved_model.pb"))
    assert [path.parents[1].name for path in models] == ["half", "quarter"]
    assert not list(folder.rglob("records"))
    times = [path.stat().st_mtime_ns for path in models]
    again = _advise(root, "--json", "--quiet")
    assert (again.exit_code, again.stderr) == (0, "")
    assert json.loads(again.stdout) == json.loads((root / "report.json").read_text())
    assert [path.stat().st_mtime_ns for path in models] == times
    assert (
        json.loads((root / "report.json").read_text())["learning_curve"]
        == (report["learning_curve"])
    )


@pytest.mark.slow
def test_the_parts_are_trained_by_the_recipe_of_the_run(advised, first_run, root):
    shutil.rmtree(root / "learning_curve")
    result = _advise(root)
    assert result.exit_code == 0, result.output
    histories = list((root / "learning_curve").rglob("history.json"))
    assert sorted(path.parents[1].name for path in histories) == ["half", "quarter"]
    for path in histories:
        steps = json.loads(path.read_text())["curves"]["step"]
        assert steps == first_run.report["history"]["curves"]["step"]


def test_a_folder_without_a_run_is_a_clean_error(tmp_path):
    result = _advise(tmp_path)
    assert result.exit_code == 1
    assert "metadata.sqlite does not exist" in result.output
