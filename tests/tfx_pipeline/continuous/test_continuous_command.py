"""`ots continue` where there is nothing to run."""

from __future__ import annotations

import pathlib

import pytest
from click.testing import CliRunner

from objects_that_sound.components.video_example_gen.video_list import list_videos, write_list
from objects_that_sound.tfx_pipeline import run as module
from objects_that_sound.tfx_pipeline.cli import main
from objects_that_sound.tfx_pipeline.continuous.span_lists import SpanLists
from objects_that_sound.tfx_pipeline.continuous.span_state import SpanState
from objects_that_sound.tfx_pipeline.run_lock import run_lock
from objects_that_sound.tfx_pipeline.run_paths import RunPaths


@pytest.fixture
def videos(tmp_path) -> pathlib.Path:
    folder = tmp_path / "videos"
    folder.mkdir()
    for number in range(10):
        (folder / f"{number}.mp4").write_bytes(b"video")
    return folder


@pytest.fixture
def paths(tmp_path) -> RunPaths:
    return RunPaths.under(str(tmp_path / "root"))


def _run(videos: pathlib.Path, paths: RunPaths, *options: str, command: str = "continue"):
    arguments = [command, "--videos", str(videos), "--root", paths.root, "--preset", "smoke"]
    return CliRunner().invoke(main, [*arguments, *options])


@pytest.fixture
def ingested(videos, paths, monkeypatch) -> None:
    """All videos are span 1, which went through."""
    listed = [video._replace(split="train") for video in list_videos([str(videos)])]
    SpanLists(paths.span_lists).write(1, listed)
    monkeypatch.setattr(module, "read_span_states", lambda *_: {1: SpanState.FINISHED})


@pytest.mark.usefixtures("ingested")
def test_no_new_videos_end_well(videos, paths):
    result = _run(videos, paths)
    assert result.exit_code == 0, result.output
    assert "There are no new videos: all 10 belong to earlier spans" in result.output
    assert not pathlib.Path(paths.pipeline_root).exists()


@pytest.mark.usefixtures("ingested")
def test_a_few_new_videos_may_wait(videos, paths):
    (videos / "new.mp4").write_bytes(b"video")
    result = _run(videos, paths, "--min-new-videos", "5")
    assert result.exit_code == 0, result.output
    assert "A span needs 5 new videos, and the next one has 1 so far" in result.output


@pytest.mark.usefixtures("ingested")
def test_a_plain_run_in_a_root_of_spans_is_refused(videos, paths):
    result = _run(videos, paths, command="run")
    assert result.exit_code == 1
    assert "go on with ots continue, or give another --root" in result.output


def test_spans_in_a_root_of_plain_runs_are_refused(videos, paths):
    write_list(list_videos([str(videos)]), paths.video_list)
    result = _run(videos, paths)
    assert result.exit_code == 1
    assert "give another --root to a continuous training" in result.output


def test_two_runs_at_once_are_refused(videos, paths):
    with run_lock(paths.lock):
        result = _run(videos, paths)
    assert result.exit_code == 1
    assert "another run is at work" in result.output
