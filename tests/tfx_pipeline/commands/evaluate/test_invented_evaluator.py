"""An evaluator in a package of its own is a command of `ots evaluate` by one line of the registry."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from objects_that_sound.components.evaluation.evaluation_result import read_evaluation_result
from objects_that_sound.tfx_pipeline.cli import main


@pytest.fixture
def arguments(tmp_path, invented_evaluator, examples):
    """The command's; its "models" are folders with a file that holds a gain in dB."""
    models = {"model": tmp_path / "model", "baseline-model": tmp_path / "baseline"}
    for path, gain in zip(models.values(), ("0", "-2"), strict=True):
        path.mkdir()
        (path / "gain").write_text(gain)
    words = [word for name, path in models.items() for word in (f"--{name}", str(path))]
    return ["evaluate", "background-noise", "--examples", examples, *words]


def test_it_is_a_command_with_its_options_and_metrics(arguments):
    assert "background-noise" in CliRunner().invoke(main, ["evaluate", "--help"]).output
    output = CliRunner().invoke(main, [*arguments[:2], "--help"]).output
    assert "How loud is it?" in output
    assert "Loudness of what is quiet, in dBFS. [default: -25" in " ".join(output.split())
    assert "loudness  Mean loudness (lower is better)" in output


def test_it_is_judged_and_printed(arguments, tmp_path):
    asked = ["--threshold", "loudness<=-20", "--threshold", "loudness:max_loss=1"]
    asked += ["--threshold", "quiet>=-0.1:max_loss=0.5", "--output", str(tmp_path / "out")]
    result = CliRunner().invoke(main, [*arguments, *asked, "--quiet-below", "-26"])
    assert result.exit_code == 3, result.output
    lines = [" ".join(line.split()) for line in result.output.splitlines()]
    assert lines[0] == "Metric value 90 % interval change 90 % interval chance a stone"
    assert lines[1].startswith("Mean loudness (dBFS) -25.500 -")
    assert lines[1].endswith(" 2.000 2.000 to 2.000 - -")
    assert lines[2].startswith("Share of quiet sounds 0.417 ")
    assert lines[2].endswith(" 0.500 1.000")
    assert lines[4:7] == ["Loudness by class", "Class loudness", "bell -30.500"]
    assert lines[8:10] == ["Not measured: Share of speech. Reason: nobody speaks.", "12 sounds."]
    assert [line[0] for line in lines[10:]] == ["✓", "✗", "✓", "✓"]
    assert "loudness changed by +2.000" in lines[11]
    kept = read_evaluation_result(str(tmp_path / "out"))
    assert [decision.passed for decision in kept.decisions] == [True, False, True, True]
    assert (tmp_path / "out" / "loudness.png").exists()


def test_nothing_asked_is_nothing_broken(arguments):
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert "✓" not in result.output


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (["--threshold", "quiett>=0.5"], "Did you mean quiet? The metrics are loudness, quiet"),
        (["--threshold", "quiet<=0.5"], "higher is better for quiet"),
        (["--threshold", "quiet=0.5"], "is no threshold"),
        (["--quiet-below", "-100"], "-100 is not in the range"),
    ],
)
def test_what_no_model_could_be_judged_by_is_wrong_usage(wrong, message, arguments):
    result = CliRunner().invoke(main, [*arguments, *wrong])
    assert result.exit_code == 2
    assert message in result.output


def test_what_it_measures_on_must_be_given(arguments):
    result = CliRunner().invoke(main, [*arguments[:2], *arguments[4:]])
    assert result.exit_code == 2
    assert "Missing option '--examples'" in result.output
