"""The flags of the page."""

from __future__ import annotations

import pathlib

import pytest
from click.testing import CliRunner

from objects_that_sound.serving.model_server.model_server_options import ModelServerOptions
from objects_that_sound.tfx_pipeline.commands.serve import command


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path):
    """Runs `ots serve` up to where the server would be made; returns its options or its words."""
    seen: list[ModelServerOptions] = []
    check = ModelServerOptions.check

    def stop(self: ModelServerOptions) -> None:
        check(self)
        seen.append(self)
        raise ValueError("far enough")

    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr(ModelServerOptions, "check", stop)

    def call(*arguments: str) -> ModelServerOptions | str:
        result = CliRunner().invoke(command, [f"--model_base_path={tmp_path}", *arguments])
        assert result.exit_code == 2
        return seen[-1] if "far enough" in result.output else result.output

    return call


def test_the_page_has_a_port_of_its_own_accord(run):
    assert run("--ui").rest_api_port == 8501
    assert run("--ui=true", "--rest_api_port=9000").rest_api_port == 9000
    without = run()
    assert without.rest_api_port == 0 and without.ui is False


def test_folders_of_videos(run, tmp_path: pathlib.Path):
    folders = (tmp_path, tmp_path / "b")
    folders[1].mkdir()
    assert run("--ui", *(f"--ui_media={folder}" for folder in folders)).ui_media == folders
    assert "is not a folder" in run("--ui", f"--ui_media={tmp_path / 'none'}")
    assert "without --ui" in run(f"--ui_media={tmp_path}")


def test_the_page_needs_rest(run):
    assert "--ui needs --rest_api_port" in run("--ui", "--rest_api_port=0")
