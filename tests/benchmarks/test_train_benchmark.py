"""The training benchmark runs from end to end on a tiny network."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from benchmarks.train import run
from benchmarks.train.codecs import CodecCost
from benchmarks.train.measurements import Measurements


def test_it_measures_everything_and_compares_with_the_targets():
    options = ["--tiny", "--batch-size", "8", "--steps", "2", "--rounds", "2", "--examples", "16"]
    result = CliRunner().invoke(run.main, options)
    assert result.exit_code == 0, result.output
    lines = [line.split() for line in result.output.splitlines()]
    verdicts = [line for line in lines if line and line[0] in ("met", "MISSED")]
    assert [line[-2] for line in verdicts] == [">=", "<=", ">="]
    rows = {
        line[0] + line[1]: line
        for line in lines
        if line and line[-1].endswith(")") and line[0] != "AVE-Net,"
    }
    assert set(rows) >= {"fromfiles,", "frommemory,", "matrixproduct,", "tf.data,CPU"}
    assert all(float(row[-2]) > 0 for row in rows.values())
    sizes = {line[0]: float(line[1]) for line in lines if line and line[-1:] == ["pairs/s"]}
    assert set(sizes) == {"pcm", "flac", "vorbis"}
    assert sizes["flac"] < sizes["pcm"]


def test_storage_or_cpu_bounds_the_pairs_whichever_is_slower():
    cost = CodecCost("flac", 50_000, 2.0)
    assert cost.pairs_per_second(100e6, cores=2) == 1000  # of CPU
    assert cost.pairs_per_second(10e6, cores=2) == 200  # of storage


def test_ratios_are_of_medians():
    found = Measurements(2.0, [4.0, 9.0, 1.0], [5.0, 1.0, 16.0], [20.0, 20.0, 64.0])
    assert found.end_to_end() == pytest.approx(0.8)
    assert found.share_of_matmul() == pytest.approx(0.5)


@pytest.mark.parametrize(("value", "least", "met"), [(2, True, True), (2, False, False)])
def test_a_missed_target_is_told(value, least, met, capsys):
    assert run._tell("figure", value, 1, least) == met
    assert ("MISSED" in capsys.readouterr().out) != met
