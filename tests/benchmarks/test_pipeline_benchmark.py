"""The benchmark of what components cost, on few examples."""

from __future__ import annotations

import re

import pytest

from benchmarks.pipeline import search_indexing, whole_run
from objects_that_sound.components.generated_videos.generator import generate_videos


@pytest.mark.slow
def test_compares_the_search_indexer_with_a_bare_loop(tmp_path, capsys):
    [target] = search_indexing.measure(tmp_path, rounds=1, count=256)
    assert target.name == "SearchIndexer / bare loop, a moment"
    assert (tmp_path / "index-2" / "saved_model.pb").exists()
    assert len(list((tmp_path / "index-1").rglob("*.jpg"))) == 64
    assert len(list((tmp_path / "index-2").rglob("*.jpg"))) == 256
    assert "Search index of 256 moments" in capsys.readouterr().out


@pytest.mark.slow
def test_compares_a_whole_run_with_a_script_that_does_the_same(tmp_path, capsys):
    generate_videos(tmp_path / "videos", 48, seed=0, progress=False)  # classes held out twice
    patterns = {"group_regex": "", "label_regex": ""}
    target = whole_run.measure(tmp_path, str(tmp_path / "videos"), patterns, steps=30)
    assert target.name == "whole run / plain script, CPU time"
    assert target.value > 0.5
    lines = capsys.readouterr().out.splitlines()
    rows = {line.split("  ")[1]: line.split() for line in lines if line.startswith("  ")}
    assert {"Trainer", "AvcPairGen + AvcEvaluator", "ServingValidator", "Report", "all"} <= set(
        rows
    )
    assert all(float(row[-2]) >= 0 for row in rows.values())
    [speed] = re.findall(
        r"work: (\S+) before the run, (\S+) between the two, (\S+) after", lines[-1]
    )
    before, between, after = map(float, speed)
    run, script = (float(seconds) for seconds in rows["all"][1:])
    slower = (before + between) / (between + after)
    assert target.value == pytest.approx(run / script / slower, rel=0.02)
