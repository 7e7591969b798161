"""`ots evaluate avc`: the same figures as the pipeline's, and errors."""

from __future__ import annotations

import json
import os

import pytest
from click.testing import CliRunner

from objects_that_sound.components.evaluation.evaluation_result import read_evaluation_result
from objects_that_sound.tfx_pipeline.cli import main


def test_measures_what_the_pipeline_does(root, first_run, tmp_path):
    served = str(root / "serving" / "objects-that-sound")
    arguments = ["evaluate", "avc", "--model", served, "--examples", str(root)]
    result = CliRunner().invoke(main, [*arguments, "--output", str(tmp_path)])
    assert result.exit_code == 0, result.output
    executions = (root / "artifacts" / "AvcEvaluator" / "evaluation").iterdir()
    folder = min(executions, key=lambda path: int(path.name))  # other tests' runs come later
    ours, pipelines = (read_evaluation_result(str(one)) for one in (tmp_path, folder))
    assert [one.estimate for one in ours.metrics] == [one.estimate for one in pipelines.metrics]


def test_another_seed_makes_other_pairs(model, examples, tmp_path):
    arguments = ["evaluate", "avc", "--model", model, "--examples", examples]
    for seed in ("0", "1"):
        asked = ["--seed", seed, "--output", str(tmp_path / seed)]
        assert CliRunner().invoke(main, [*arguments, *asked]).exit_code == 0
    results = [read_evaluation_result(str(tmp_path / seed)) for seed in ("0", "1")]
    assert results[0]["avc_auc"].value != results[1]["avc_auc"].value


def test_json_alone_is_printed_if_nothing_else_is_wanted(model, examples):
    arguments = ["evaluate", "avc", "--model", model, "--examples", examples]
    result = CliRunner().invoke(main, [*arguments, "--json", "--quiet"])
    assert (result.exit_code, result.stderr) == (0, "")
    names = {one["name"] for one in json.loads(result.stdout)["metrics"]}
    assert {"avc_accuracy", "avc_auc"} <= names


@pytest.mark.parametrize(
    ("given", "status", "message"),
    [
        ({"model": "none"}, 2, "Invalid value for '--model': Directory 'none' does not exist"),
        ({"examples": "none"}, 2, "Invalid value for '--examples': Directory 'none' does not"),
        ({"model": os.curdir}, 1, "no model in"),
        ({"examples": os.curdir}, 1, "no examples in"),
        ({"split": "test"}, 1, "there is no split 'test'"),
    ],
)
def test_what_cannot_be_used_is_a_clean_error(
    given, status, message, model, examples, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    options = {"model": model, "examples": examples} | given
    arguments = [word for name, value in options.items() for word in (f"--{name}", value)]
    result = CliRunner().invoke(main, ["evaluate", "avc", *arguments])
    assert result.exit_code == status, result.output
    assert message in result.output
    assert "Traceback" not in result.output
