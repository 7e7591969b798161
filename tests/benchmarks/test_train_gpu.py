from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys

import pytest

_REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
_TINY = """{"image_size": 20, "crop_size": 16, "sample_rate": 800, "window": 64, "hop": 50,
"fft": 64, "filters": [8], "embedding_size": 8}"""
_WITHOUT = """
import runpy, sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in sys.argv[1].split(","):
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Missing())
sys.argv[:2] = ["train_gpu"]
runpy.run_module("benchmarks.train_gpu", run_name="__main__")
"""


def _run(backend: str, without: str, *options: str) -> subprocess.CompletedProcess:
    environment = os.environ | {"KERAS_BACKEND": backend, "JAX_PLATFORMS": "cpu"}
    return subprocess.run(
        [sys.executable, "-c", _WITHOUT, without, *options],
        env=environment,
        cwd=_REPOSITORY,
        capture_output=True,
        text=True,
        timeout=300,
    )


def _rows(output: str) -> list[list[str]]:
    """The table's cells, without its head."""
    lines = re.findall(r"^\| (\d.*) \|$", output, re.MULTILINE)
    return [line.split(" | ") for line in lines]


@pytest.mark.parametrize(
    ("backend", "without", "network", "precision", "batches"),
    [
        pytest.param(
            *("jax", "tensorflow,tfx", "avol", "mixed_bfloat16", ["4", "8"]),
            marks=pytest.mark.slow,  # each batch size is compiled
        ),
        ("tensorflow", "jax,tfx", "ave", "float32", ["4"]),
    ],
)
def test_a_tiny_network_is_measured_on(backend, without, network, precision, batches):
    pytest.importorskip(backend, reason=f"{backend} is not installed: pip install {backend}")
    options = ["--network", network, "--precision", precision, "--network-config", _TINY]
    options += [
        "--batch-sizes",
        ",".join(batches),
        "--steps",
        "2",
        "--rounds",
        "2",
        "--peak-tflops",
        "1",
    ]
    result = _run(backend, without, *options, "--loss-steps", "3")
    assert result.returncode == 0, result.stderr
    assert f"{network}, " in result.stdout and precision in result.stdout
    [flops] = re.findall(r"^([\d.]+) GFLOP a pair", result.stdout, re.MULTILINE)
    rows = _rows(result.stdout)
    assert [row[0] for row in rows] == batches
    for batch, milliseconds, _, pairs, tflops, share, of_matmul, _ in rows:
        assert float(pairs) == pytest.approx(1e3 * int(batch) / float(milliseconds), rel=0.05)
        assert float(tflops) == pytest.approx(float(flops) * float(pairs) / 1e3, rel=0.05)
        assert float(share.removesuffix(" %")) == pytest.approx(100 * float(tflops), abs=0.1)
        assert 0 < float(of_matmul.removesuffix(" %")) < 100
    losses = re.findall(r"^losses at \d: (.*)$", result.stdout, re.MULTILINE)
    assert [len(line.split()) for line in losses] == [3] * len(batches)
    assert all(0 < float(loss) < 10 for line in losses for loss in line.split())
