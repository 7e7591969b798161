"""`ots evaluate avc` on the model and the examples of a run."""

from __future__ import annotations

import json

from click.testing import CliRunner

from objects_that_sound.tfx_pipeline.cli import main


def test_measures_what_the_pipeline_does_and_judges_it(root, first_run, tmp_path):
    served = str(root / "serving" / "objects-that-sound")
    arguments = ["evaluate", "avc", "--model", served, "--baseline-model", served]
    arguments += ["--examples", str(root), "--output", str(tmp_path / "out")]
    asked = ["--threshold", "avc_accuracy:max_loss=0.01", "--threshold", "avc_auc>=1.01"]
    result = CliRunner().invoke(main, [*arguments, *asked])
    assert result.exit_code == 3, result.output
    assert (tmp_path / "out" / "NOT_BLESSED").exists()
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert metrics["avc_accuracy"] == first_run.report["avc_accuracy"]
    assert metrics["num_pairs"] == first_run.report["data"]["num_pairs"]
    (line,) = [one for one in result.output.splitlines() if one.startswith("balanced accuracy")]
    cells = line.split()
    assert cells[2] == f"{metrics['avc_accuracy']:.3f}"
    assert cells[-4:] == ["0.000", "0.000", "to", "0.000"]
    assert "✓ avc_accuracy changed by +0.000" in result.output
    assert "✗ avc_auc" in result.output


def test_what_cannot_be_used_is_a_clean_error(root, first_run, tmp_path):
    served = str(root / "serving" / "objects-that-sound")
    wrong = {
        ("--model", str(tmp_path), "--examples", str(root)): "no model in",
        ("--model", served, "--examples", str(tmp_path)): "no examples in",
        ("--model", served, "--examples", str(root), "--split", "test"): "test",
        ("--model", served, "--examples", str(root), "--threshold", "a=1"): "is no threshold",
    }
    for options, message in wrong.items():
        result = CliRunner().invoke(main, ["evaluate", "avc", *options])
        assert result.exit_code == 1, result.output
        assert "Error: " in result.output
        assert message in result.output
        assert "Traceback" not in result.output
