"""What the benchmark prints."""

from __future__ import annotations

import dataclasses
import pathlib
import platform
import statistics
from collections.abc import Mapping, Sequence
from fractions import Fraction

from benchmarks.ingest.scene import FPS, HEIGHT, WIDTH
from objects_that_sound.serving.launcher.usable_processors import usable_processors

YARDSTICK = "decode_everything"
"""The contestant that decodes everything and keeps nothing."""

OURS = "ours"
# Seconds: examples a clip, ratio. 30 examples hit most of the 40 groups of pictures in 200 s.
_TARGETS = {10: ((10,), 0.75), 200: ((1, 10), 0.2)}


@dataclasses.dataclass
class Cell:
    """Measurements at one length of clips and number of examples.

    Attributes:
        examples: of all clips together.
        seconds: CPU time of all clips together, a figure a round, by contestant.
    """

    examples: int
    seconds: dict[str, list[float]] = dataclasses.field(default_factory=dict)

    def ratios(self, name: str) -> list[float]:
        """CPU time by the yardstick's in the same round."""
        pairs = zip(self.seconds[name], self.seconds[YARDSTICK], strict=True)
        return [seconds / whole for seconds, whole in pairs]

    def milliseconds(self, name: str) -> float:
        """Median CPU time an example."""
        return 1000 * statistics.median(self.seconds[name]) / self.examples


def machine() -> str:
    """Processor and Python."""
    model = platform.processor() or platform.machine()
    cpuinfo = pathlib.Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = [line for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = lines[0].split(":")[1].strip() if lines else model
    return f"{model}, {usable_processors()} cores; Python {platform.python_version()}"


def clips(paths: Sequence[pathlib.Path], length: int, keys: Fraction) -> str:
    """Describes clips."""
    rate = sum(path.stat().st_size for path in paths) * 8 / len(paths) / length / 1e6
    return (
        f"\n{len(paths)} x {length} s, {WIDTH}x{HEIGHT}, {FPS}/s, H.264 (x264 medium, crf 23) + AAC,"
        f" {rate:.1f} Mbit/s, a key frame every {float(keys):.2g} s"
    )


def table(cells: Mapping[tuple[int, int], Cell], length: int, titles: Mapping[str, str]) -> str:
    """CPU ms an example and ratios (median, least to most), a row a contestant."""
    columns = {count: cell for (seconds, count), cell in cells.items() if seconds == length}
    names = [name for name in titles if name in next(iter(columns.values())).seconds]
    heads = [f"{count} example{'s' * (count > 1)} a clip" for count in columns]
    lines = [f"  {'CPU ms an example, ratio':32}" + "".join(f"{head:>31}" for head in heads)]
    for name in names:
        line = f"  {titles[name]:32}"
        for cell in columns.values():
            ratios = cell.ratios(name)
            spread = f"({min(ratios):.3f}-{max(ratios):.3f})"
            line += f"{cell.milliseconds(name):9.1f}{statistics.median(ratios):8.3f} {spread:13}"
        lines.append(line)
    return "\n".join(lines)


def verdict(cells: Mapping[tuple[int, int], Cell], titles: Mapping[str, str]) -> bool:
    """Prints each target with met or missed; returns whether all measured ones are met."""
    print("\nVerdict (ratio: CPU time by that of decoding everything and doing nothing)")
    all_met = all(OURS in cell.seconds for cell in cells.values())
    if not all_met:
        print("  MISSED  ours was not measured")
        return False
    for (length, count), cell in cells.items():
        ours = statistics.median(cell.ratios(OURS))
        counts, most = _TARGETS.get(length, ((), 0.0))
        if count in counts:
            all_met &= _tell(f"{count} of {length} s: {ours:.3f}, wanted <= {most}", ours <= most)
    for (length, count), cell in cells.items():
        peers = {
            name: statistics.median(cell.ratios(name))
            for name in cell.seconds
            if name not in (OURS, YARDSTICK)
        }
        if peers:
            best = min(peers, key=peers.__getitem__)
            ours = statistics.median(cell.ratios(OURS))
            text = f"{count} of {length} s: {ours:.3f}, best peer {titles[best]} {peers[best]:.3f}"
            all_met &= _tell(text, ours < peers[best])
    return all_met


def _tell(text: str, met: bool) -> bool:
    print(f"  {'met   ' if met else 'MISSED'}  {text}")
    return met
