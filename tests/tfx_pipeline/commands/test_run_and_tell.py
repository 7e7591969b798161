"""What `ots run` prints of a run, without running one."""

from __future__ import annotations

import pathlib

import pytest
from click.testing import CliRunner

from objects_that_sound.tfx_pipeline.cli import main


@pytest.fixture
def videos(tmp_path) -> pathlib.Path:
    """A folder of files that nothing has looked into."""
    folder = tmp_path / "videos"
    folder.mkdir()
    for name in ("v_Bell_g1_c1", "v_Bell_g1_c2", "v_Drum_g2_c1", "holiday"):
        (folder / f"{name}.mp4").write_bytes(b"video")
    return folder


@pytest.mark.parametrize(
    ("command", "option", "pattern"),
    [
        ("run", "--group-regex", "_scene"),
        ("run", "--label-regex", "class-(.)"),
        ("continue", "--group-regex", "_scene"),
    ],
)
def test_a_pattern_that_matches_no_name_ends_the_run_before_it_begins(
    videos, tmp_path, command, option, pattern
):
    root = tmp_path / "root"
    result = CliRunner().invoke(
        main, [command, "--videos", str(videos), "--root", str(root), option, pattern]
    )
    assert result.exit_code == 1
    assert f"{option} {pattern!r} matches none of 4 names, for example 'holiday.mp4'" in (
        result.output
    )
    assert not root.exists()
