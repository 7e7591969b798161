"""The layouts by the names that `--dataset` knows them by; a layout is one line here."""

from __future__ import annotations

import pathlib
from collections.abc import Callable

from objects_that_sound.components.evaluation.benchmark_error import BenchmarkError
from objects_that_sound.components.localisation_benchmark_evaluator.layouts.avsbench import (
    read_avsbench,
)
from objects_that_sound.components.localisation_benchmark_evaluator.layouts.flickr_soundnet import (
    read_flickr_soundnet,
)
from objects_that_sound.components.localisation_benchmark_evaluator.layouts.is3 import read_is3
from objects_that_sound.components.localisation_benchmark_evaluator.layouts.own_folder import (
    read_own_folder,
)
from objects_that_sound.components.localisation_benchmark_evaluator.layouts.vggss import read_vggss
from objects_that_sound.components.localisation_benchmark_evaluator.sample import (
    LocalisationBenchmark,
)

LAYOUTS: dict[str, Callable[[pathlib.Path], LocalisationBenchmark]] = {
    "flickr-soundnet": read_flickr_soundnet,
    "vggss": read_vggss,
    "is3": read_is3,
    "avsbench": read_avsbench,
    "folder": read_own_folder,
}


def read_localisation_benchmark(dataset: str, folder: str) -> LocalisationBenchmark:
    """Reads a benchmark's lists and annotations; no picture or sound yet.

    Args:
        dataset: a name of `LAYOUTS`.
        folder: folder as published, unpacked. Samples whose files are not there count as listed.

    Raises:
        BenchmarkError: the folder is not of this layout, or holds no file of any sample.
    """
    if dataset not in LAYOUTS:
        raise BenchmarkError(f"{dataset!r} is no dataset: {', '.join(LAYOUTS)}")
    root = pathlib.Path(folder)
    if not root.is_dir():
        raise BenchmarkError(f"{folder} is not a folder")
    benchmark = LAYOUTS[dataset](root)
    if not any(sample.sounds for sample in benchmark.samples):
        raise BenchmarkError(
            f"{folder} lists {benchmark.listed} samples, but none of those in which something sounds "
            "has its picture, its sound and a usable annotation"
        )
    return benchmark
