"""What chips can do in bfloat16."""

from __future__ import annotations

import re

# NVIDIA's data sheets, dense (they print the double of it, "with sparsity"). The first match counts.
_PEAKS: tuple[tuple[str, float], ...] = (
    (r"H100 PCIe", 756.0),
    (r"H100 NVL|H200 NVL", 835.0),
    (r"H100|H200", 989.0),
    (r"A100", 312.0),
    (r"\bL40S\b", 362.0),
    (r"\bL4\b", 121.0),
)


def peak_tflops(chip: str) -> float | None:
    """Peak of dense matrix products in bfloat16.

    Args:
        chip: as the driver calls it, such as `NVIDIA H100 80GB HBM3`.

    Returns:
        In TFLOP/s; None where it is not known or the chip has no bfloat16 (T4, V100).
    """
    return next((peak for pattern, peak in _PEAKS if re.search(pattern, chip)), None)
