"""`ots evaluate` measures the baselines where a threshold asks to beat them."""

from __future__ import annotations

import pathlib
import shutil

import pytest
from click.testing import CliRunner

from objects_that_sound.components.evaluation.evaluation_result import read_evaluation_result
from objects_that_sound.tfx_pipeline.cli import main


@pytest.fixture(scope="module")
def examples_to_learn_from(examples, tmp_path_factory) -> str:
    """The same examples as both splits."""
    folder = tmp_path_factory.mktemp("both")
    for split in ("train", "eval"):
        shutil.copytree(pathlib.Path(examples) / "Split-eval", folder / f"Split-{split}")
    return str(folder)


@pytest.mark.parametrize(
    ("name", "metric"), [("avc", "avc_accuracy"), ("retrieval", "ndcg_image_audio")]
)
def test_a_model_that_learned_nothing_is_refused_by_the_best_baseline(
    name, metric, model, examples_to_learn_from, tmp_path
):
    asked = ["--threshold", f"{metric}:beats_baselines"]
    arguments = ["evaluate", name, "--model", model, "--examples", examples_to_learn_from]
    result = CliRunner().invoke(main, [*arguments, *asked, "--output", str(tmp_path / "out")])
    assert result.exit_code == 3, result.output
    assert "the best baseline, " in result.output
    kept = read_evaluation_result(str(tmp_path / "out"))
    assert "Global statistics" in kept[metric].baselines
    [decision] = kept.decisions
    assert (decision.bound, decision.passed) == ("beats the baselines", False)


def test_without_a_split_to_learn_from_it_says_so(model, examples):
    arguments = ["evaluate", "avc", "--model", model, "--examples", examples]
    result = CliRunner().invoke(main, [*arguments, "--threshold", "avc_accuracy:beats_baselines"])
    assert result.exit_code == 1
    assert "no split 'train'" in result.output


def test_a_metric_that_nothing_stands_beside_is_wrong_usage(model, examples):
    arguments = ["evaluate", "avc", "--model", model, "--examples", examples]
    result = CliRunner().invoke(main, [*arguments, "--threshold", "avc_auc:beats_baselines"])
    assert result.exit_code == 2
    assert "It can be asked of: avc_accuracy" in result.output.replace("\n", " ")
