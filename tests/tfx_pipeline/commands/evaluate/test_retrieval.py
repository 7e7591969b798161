"""`ots evaluate retrieval` on the model and the examples of a run."""

from __future__ import annotations

import json

from click.testing import CliRunner

from objects_that_sound.tfx_pipeline.cli import main


def test_prints_a_table_and_keeps_the_evaluation(root, first_run, tmp_path):
    arguments = ["evaluate", "retrieval", "--model", str(root / "serving" / "objects-that-sound")]
    arguments += ["--examples", str(root), "--output", str(tmp_path / "out")]
    arguments += ["--baseline-model", str(root / "serving" / "objects-that-sound")]
    asked = ["--threshold", "ndcg_image_audio:max_loss=0.1", "--threshold", "ndcg_image_audio>=1.1"]
    result = CliRunner().invoke(main, [*arguments, *asked])
    assert result.exit_code == 3, result.output
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert (tmp_path / "out" / "NOT_BLESSED").exists()
    (line,) = [line for line in result.output.splitlines() if line.startswith("image → sound")]
    ndcg, chance = (metrics["image_audio"][name] for name in ("ndcg", "chance"))
    cells = line.split()
    assert cells[3] == f"{ndcg:.3f}"
    assert f"{chance:.3f}" in cells
    # The model against itself: no change at all.
    assert cells[-4:] == ["0.000", "0.000", "to", "0.000"]
    assert "within a loss of 0.100" in result.output
    assert "is below 1.100" in result.output


def test_an_unusable_label_tree_is_an_error(root, first_run, tmp_path):
    tree = tmp_path / "tree.json"
    tree.write_text("{}")
    arguments = ["evaluate", "retrieval", "--model", str(root / "serving" / "objects-that-sound")]
    arguments += ["--examples", str(root), "--label-tree", str(tree)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 1
    assert "not a label tree" in result.output
