"""`ots videos check` and `ots run --dry-run`."""

from __future__ import annotations

import collections
import csv
import json
import os
import pathlib
import shutil

import pytest
from click.testing import CliRunner

from objects_that_sound.tfx_pipeline.cli import main


def _check(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["videos", "check", *map(str, arguments)])
    return result.exit_code, result.output


def test_it_tells_what_can_be_used_and_why_the_rest_cannot(videos, tmp_path):
    rejects = tmp_path / "rejects.csv"
    status, output = _check(videos, "--csv", rejects)
    assert status == 0
    assert "24 of 28 videos can be used" in output
    assert "1 video has no sound" in output
    assert "to learn from" in output and "to be judged by" in output
    assert "real: 720 examples" in output  # 30 of each
    assert "too few to learn much from" in output
    assert "Only 4 scenes would judge" in output
    with rejects.open(newline="") as file:
        reasons = {os.path.basename(row["video"]): row["reason"] for row in csv.DictReader(file)}
    assert reasons == {
        "empty.mp4": "empty_file",
        "no_sound.mp4": "no_audio_stream",
        "text.mp4": "cannot_open",
        "truncated.mp4": reasons["truncated.mp4"],
    }
    assert reasons["truncated.mp4"] in ("truncated", "cannot_open")


def test_the_splits_are_those_of_the_run(videos, first_run, root):
    status, output = _check(videos, "--preset", "smoke", "--json")
    facts = json.loads(output)
    assert status == 0
    folders = root.glob("artifacts/VideoExampleGen/examples/*")
    folder = min(folders, key=lambda path: int(path.name))  # other tests run there, too
    videos_of, rejects = (
        [json.loads(line) for line in (folder / name).read_text().splitlines()]
        for name in ("videos.jsonl", "rejects.jsonl")
    )
    unusable = {row["video"] for row in rejects}
    used = collections.Counter(row["split"] for row in videos_of if row["video"] not in unusable)
    assert facts["counts"]["clips"] == dict(used)
    assert {one["reason"] for one in facts["rejects"]} == {row["reason"] for row in rejects}


@pytest.fixture
def scenes(videos: pathlib.Path, tmp_path: pathlib.Path) -> pathlib.Path:
    """Six scenes of three cuts, two of which are one file."""
    folder = tmp_path / "scenes"
    folder.mkdir()
    for number, path in enumerate(sorted(videos.glob("video_*.mp4"))[:18]):
        shutil.copy(path, folder / f"v_walk_g{number // 3:02d}_c{number % 3}.mp4")
    shutil.copy(folder / "v_walk_g00_c0.mp4", folder / "v_walk_g03_c0.mp4")
    return folder


def test_it_suggests_scenes_and_finds_copies(scenes):
    status, output = _check(scenes, "--json", "--fingerprints")
    facts = json.loads(output)
    assert status == 0
    pair = [str(scenes / "v_walk_g00_c0.mp4"), str(scenes / "v_walk_g03_c0.mp4")]
    assert facts["copies"] == [pair]
    assert pair in [sorted(set(one) & set(pair)) for one in facts["same_sounds"]]
    assert (facts["suggested"]["groups"], facts["suggested"]["names"]) == (6, 18)
    pattern = facts["suggested"]["pattern"]
    status, output = _check(scenes, "--group-regex", pattern, "--json")
    facts = json.loads(output)
    assert (status, facts["suggested"]) == (0, None)
    assert sum(facts["counts"]["scenes"].values()) == 6
    assert facts["matches"][0]["kinds"] == 6


def test_what_a_run_would_refuse_is_told_with_status_1(scenes, tmp_path):
    status, output = _check(scenes, "--group-regex", "v_walk")
    assert status == 1
    assert "cannot be split: there must be at least 4 groups" in output
    assert "No: a run would refuse these videos." in output
    status, output = _check(scenes, "--group-regex", "v_run")
    assert status == 1 and "matches none of 18 names" in output
    status, output = _check(tmp_path / "none")
    assert status == 1 and "no videos match" in output


def test_a_dry_run_tells_the_same_and_leaves_nothing_behind(scenes, tmp_path):
    root = tmp_path / "root"
    arguments = ["run", "--videos", str(scenes), "--root", str(root), "--dry-run"]
    result = CliRunner().invoke(main, [*arguments, "--set", "examples_per_video=7"])
    assert result.exit_code == 0, result.output
    assert "18 of 18 videos can be used" in result.output
    assert "real: 126 examples" in result.output
    assert "\r" not in result.output
    assert not root.exists()


def test_segments_are_checked_as_they_will_be_cut(scenes, tmp_path):
    segments = tmp_path / "segments.csv"
    rows = [
        f"v_walk_g{scene:02d}_c0,{start},{start + 1.5}" for scene in range(6) for start in (0, 9)
    ]
    segments.write_text("\n".join(["id,start,end", *rows, "missing,0,1"]))
    status, output = _check(scenes, "--segments", segments, "--json")
    facts = json.loads(output)
    assert status == 0
    assert (facts["listed"], facts["usable"]) == (13, 6)
    assert facts["reasons"] == {"too_short": 6, "missing_file": 1}


def test_videos_to_be_judged_by_can_be_named(scenes):
    held_out = ("--eval-videos", str(scenes / "v_walk_g0[01]_*"))
    groups = ("--group-regex", r"_g\d+")
    status, output = _check(scenes, *held_out, *groups, "--json")
    counts = json.loads(output)["counts"]
    assert status == 0
    assert (counts["clips"]["eval"], counts["scenes"]["eval"]) == (6, 2)
    assert sum(counts["clips"].values()) == 18
    refused = {
        (scenes / "v_walk_g00_*", *groups): "1 group of videos is named for a split",
        (scenes / "v_walk_g0[01]_c0*", *groups): "a group must stay together",
        (scenes, *groups): "0 groups of videos are left to learn from",
        (scenes / "v_run*",): "no videos match",
    }
    for (pattern, *options), words in refused.items():
        status, output = _check(scenes, "--eval-videos", pattern, *options)
        assert status == 1 and words in output


def test_videos_to_be_judged_by_may_lie_elsewhere(scenes, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("v_walk_g00_c0.mp4", "v_walk_g01_c0.mp4"):
        (scenes / name).rename(elsewhere / name)
    status, output = _check(scenes, "--eval-videos", elsewhere, "--json")
    assert status == 0
    assert json.loads(output)["counts"]["clips"]["eval"] == 2
