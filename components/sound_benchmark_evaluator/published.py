"""What others reached on the benchmarks, to stand beside our figures."""

from __future__ import annotations

_L3 = "Look, Listen and Learn, 2017"

PUBLISHED: dict[str, tuple[tuple[str, float, str], ...]] = {
    "ESC-50": (
        ("MFCC + SVM", 0.396, _L3),
        ("SoundNet", 0.742, _L3),
        ("L3-Net, random weights", 0.625, _L3),
        ("L3-Net", 0.793, _L3),
        ("people", 0.813, _L3),
        ("M2D, frozen, linear", 0.898, "Masked Modeling Duo, 2023"),
    ),
    "DCASE 2013": (
        ("SoundNet", 0.88, _L3),
        ("L3-Net", 0.93, _L3),
    ),
}
"""By benchmark: name, accuracy and source. Networks trained on hundreds of thousands of videos."""
