"""`ots evaluate localisation` on the model and the examples of a run."""

from __future__ import annotations

import json

from click.testing import CliRunner

from objects_that_sound.tfx_pipeline.cli import main


def test_prints_a_table_and_keeps_the_evaluation(root, first_run, tmp_path):
    arguments = ["evaluate", "localisation", "--model"]
    arguments += [str(root / "serving" / "objects-that-sound"), "--examples", str(root)]
    arguments += ["--output", str(tmp_path / "out"), "--max-examples", "12"]
    result = CliRunner().invoke(main, [*arguments, "--threshold", "fires_silence<=1"])
    assert result.exit_code == 0, result.output
    assert (tmp_path / "out" / "BLESSED").exists()
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert metrics["num_examples"] == 12
    lines = result.output.splitlines()
    (pointing,) = [line for line in lines if line.startswith("pointing accuracy")]
    shown = [f"{metrics[name]:.3f}" for name in ("centre_baseline", "random_baseline")]
    assert pointing.split()[-2:] == shown
    (silence,) = [line for line in lines if line.startswith("fires at silence")]
    assert f"{metrics['fires_silence']:.3f}" in silence
    assert "12 frames, 12 with boxes" in result.output
