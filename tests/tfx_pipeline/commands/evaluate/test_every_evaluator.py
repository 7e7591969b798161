"""Every evaluator of the registry is a command that measures a model, prints and keeps the result."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from objects_that_sound.components.evaluation.evaluation_result import read_evaluation_result
from objects_that_sound.components.evaluators import EVALUATORS
from objects_that_sound.tfx_pipeline.cli import main

_PROGRAM = """
import importlib, json, sys
from objects_that_sound.components.evaluators import EVALUATORS
print(json.dumps([name for name in ("tensorflow", "numpy") if name in sys.modules]))
for evaluator in EVALUATORS.values():
    evaluator.load_function()
for name in ("run_evaluator", "make_pairs"):
    importlib.import_module(f"objects_that_sound.tfx_pipeline.commands.evaluate.{name}")
print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
"""


@pytest.mark.parametrize("name", EVALUATORS)
def test_measures_prints_and_keeps_the_result(
    name, model, examples, benchmark, own_boxes, tmp_path
):
    evaluator = EVALUATORS[name]
    metric = evaluator.metrics[0]
    arguments = ["evaluate", name.replace("_", "-"), "--model", model, "--baseline-model", model]
    arguments += ["--output", str(tmp_path / "out"), "--threshold", f"{metric.name}:max_loss=0.1"]
    if name == "sound_benchmark":
        arguments += ["--dataset", "folder", "--data", str(benchmark), "--random-networks", "0"]
    elif name == "localisation_benchmark":
        arguments += ["--dataset", "folder", "--data", str(own_boxes)]
    else:
        arguments += ["--examples", examples]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    # The model against itself: no change at all.
    assert f"✓ {metric.name} changed by +0.000" in result.output
    kept = read_evaluation_result(str(tmp_path / "out"))
    assert [one.metric for one in kept.metrics] == [
        metric.on(one.metric.basis) if one.metric.basis else metric
        for one, metric in zip(kept.metrics, evaluator.metrics, strict=True)
    ]
    assert kept.blessed
    title = kept[metric.name].metric.title
    (line,) = [one for one in result.output.splitlines() if one.startswith(f"{title}  ")]
    assert f"{kept[metric.name].value:.3f}" in line.split()
    assert list((tmp_path / "out").rglob("*.png"))
    for note in kept.notes:
        assert note in result.output


@pytest.mark.parametrize("name", EVALUATORS)
def test_the_help_names_all_metrics_and_options(name):
    evaluator = EVALUATORS[name]
    result = CliRunner().invoke(main, ["evaluate", name.replace("_", "-"), "--help"])
    assert result.exit_code == 0
    for metric in evaluator.metrics:
        assert f" {metric.name} " in result.output
    for field in dataclasses.fields(evaluator.options):
        assert f"--{field.name.replace('_', '-')} " in result.output


def test_what_measures_needs_no_tfx_and_the_registry_no_tensorflow():
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    registry, everything = map(json.loads, done.stdout.splitlines())
    assert registry == []
    assert "tensorflow" in everything
    assert "tfx" not in everything
