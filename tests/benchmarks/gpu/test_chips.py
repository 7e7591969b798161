from __future__ import annotations

import pytest

from benchmarks.gpu.chips import peak_tflops


@pytest.mark.parametrize(
    ("chip", "peak"),
    [
        ("NVIDIA H100 80GB HBM3", 989),
        ("NVIDIA H100 PCIe", 756),
        ("NVIDIA H200", 989),
        ("NVIDIA A100-SXM4-40GB", 312),
        ("NVIDIA L4", 121),
        ("NVIDIA L40S", 362),
        ("Tesla T4", None),
        ("NVIDIA GeForce RTX 4090", None),
        ("cpu", None),
    ],
)
def test_the_peak_of(chip, peak):
    assert peak_tflops(chip) == peak
