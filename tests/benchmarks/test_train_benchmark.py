"""The training benchmark runs from end to end on a tiny network."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from benchmarks.train import run, several_workers
from benchmarks.train.codecs import CodecCost
from benchmarks.train.measurements import Measurements
from benchmarks.train.synthetic_examples import write_synthetic_examples
from objects_that_sound.models.network_config import NetworkConfig


def test_it_measures_everything_and_compares_with_the_targets(monkeypatch):
    # Processes of their own take most of a minute to begin: see below.
    monkeypatch.setattr(several_workers, "workers_overhead", lambda *_: 1.25)
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
    assert "CPU time of a step of 4 workers on loopback" in result.output
    assert ": 1.25" in result.output


@pytest.mark.slow
def test_workers_that_train_together_have_work_that_one_process_has_not(tmp_path):
    config = NetworkConfig(
        image_size=40, crop_size=32, sample_rate=800, window=64, hop=50, fft=64, filters=(4, 8)
    )
    files, _ = write_synthetic_examples(tmp_path, config, 32)
    ratio = several_workers.workers_overhead(config, files, 8, 20, 2)
    assert 1 < ratio < 1000  # of a network so small, most of the work is that of the exchange
    with pytest.raises(RuntimeError, match="a worker failed"):
        several_workers.workers_overhead(config, [], 8, 20, 1)


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
