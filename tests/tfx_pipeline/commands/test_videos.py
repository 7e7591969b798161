"""Tests of `ots videos`."""

import json

from click.testing import CliRunner

from objects_that_sound.tfx_pipeline.commands.videos import command

_ARGUMENTS = ["--count", "2", "--seconds", "1", "--workers", "1", "--quiet"]


def test_generate_writes_videos_and_annotations(tmp_path):
    result = CliRunner().invoke(command, ["generate", str(tmp_path), "--seed", "3", *_ARGUMENTS])
    assert result.exit_code == 0, result.output
    assert "2 videos, 2 of them encoded now" in result.output
    lines = (tmp_path / "annotations.jsonl").read_text().splitlines()
    assert all((tmp_path / json.loads(line)["video"]).stat().st_size > 1000 for line in lines)
    assert json.loads((tmp_path / "generated.json").read_text())["seed"] == 3


def test_other_parameters_end_with_a_clear_error(tmp_path):
    runner = CliRunner()
    runner.invoke(command, ["generate", str(tmp_path), "--seed", "3", *_ARGUMENTS])
    result = runner.invoke(command, ["generate", str(tmp_path), "--seed", "4", *_ARGUMENTS])
    assert result.exit_code == 1
    assert "--overwrite" in result.output


def test_count_below_one_is_refused(tmp_path):
    result = CliRunner().invoke(command, ["generate", str(tmp_path), "--count", "0"])
    assert result.exit_code == 2
