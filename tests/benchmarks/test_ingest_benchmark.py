"""The ingest benchmark runs from end to end on tiny clips, and notices wrong examples."""

from __future__ import annotations

import pathlib
from fractions import Fraction

import av
import pytest
from click.testing import CliRunner

from benchmarks.ingest import report, run
from benchmarks.ingest.agreement import differences
from benchmarks.ingest.clips import Clip, make_clip
from benchmarks.ingest.contestants import pyav_sequential

_KEYS = Fraction(5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> pathlib.Path:
    return tmp_path_factory.mktemp("clips")


def test_it_measures_ours_beside_a_peer_and_the_yardstick(folder):
    options = "--seconds 2 --examples 1,2 --short-clips 1 --rounds 2 --no-other-keys --folder"
    command = [*options.split(), str(folder), "--only", "ours,pyav_sequential"]
    result = CliRunner().invoke(run.main, command)
    assert result.exit_code == 0, result.output
    lines = [line.split() for line in result.output.splitlines()]
    assert ["ours:", "read_clips:", "agrees"] in lines
    rows = {tuple(line[:2]): line for line in lines if line and line[-1].endswith(")")}
    assert rows["decode", "everything,"][-2:] == ["1.000", "(1.000-1.000)"]
    assert float(rows["ours:", "read_clips"][-2]) > 0
    assert sum(line[:1] in (["met"], ["MISSED"]) for line in lines) == 2


def test_wrong_examples_are_told(folder):
    path = make_clip(Clip(1, 2, _KEYS), folder)
    times = [0.6, 1.2]
    wanted = pyav_sequential.read(str(path), times)
    assert differences(wanted, wanted, times) == []
    (image, sound), other = wanted
    swapped = differences([(other[0], sound), other], wanted, times)
    assert swapped == ["at 0.60 s frame 36 instead of 18"]
    late = differences([(image, sound[-960:] + sound[:-960]), other], wanted, times)
    assert late == ["at 0.60 s sound +10.0 ms off"]
    assert differences([other], wanted, times) == ["1 examples instead of 2"]


def test_a_long_clip_is_its_parts_in_turn(folder):
    path = make_clip(Clip(1, 6, _KEYS, parts=1), folder, part_seconds=2)
    with av.open(str(path)) as container:
        frames = [frame.time for frame in container.decode(video=0)]
    assert frames == pytest.approx([k / 30 for k in range(180)])


def test_ratios_are_taken_within_each_round():
    cell = report.Cell(10, {report.YARDSTICK: [1.0, 2.0, 4.0], report.OURS: [0.5, 1.0, 1.0]})
    assert cell.ratios(report.OURS) == [0.5, 0.5, 0.25]
    assert cell.milliseconds(report.OURS) == 100
