"""What LocalisationBenchmarkEvaluator is: its metrics and options."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Annotated, Any, Literal, cast

from annotated_types import Ge

from objects_that_sound.components.evaluation.dataset_and_folder import dataset_and_folder
from objects_that_sound.components.evaluation.evaluator import Evaluator
from objects_that_sound.components.evaluation.evaluator_options import EvaluatorOptions
from objects_that_sound.components.evaluation.metric import Better, Metric, Rank

CIOU = Metric("ciou", "cIoU@0.5 (LocAcc)", rank=Rank.HEADLINE)
MEAN_CIOU = Metric("mean_ciou", "Mean cIoU")
AUC = Metric("auc", "AUC")
CIOU_ADAPTIVE = Metric("ciou_adaptive", "cIoU@0.5, size known")
AUC_ADAPTIVE = Metric("auc_adaptive", "AUC, size known", rank=Rank.MINOR)
IIOU = Metric("iiou", "IIoU")
IAUC = Metric("iauc", "IAUC", rank=Rank.MINOR)
IIOU_ADAPTIVE = Metric("iiou_adaptive", "IIoU, size known", rank=Rank.MINOR)
IAUC_ADAPTIVE = Metric("iauc_adaptive", "IAUC, size known", rank=Rank.MINOR)
FOLLOWS = Metric("follows", "Follows the sound in time")
FOLLOWS_ADAPTIVE = Metric(
    "follows_adaptive", "Follows the sound in time, size known", rank=Rank.MINOR
)
OF_OVERLAPS = (
    CIOU,
    MEAN_CIOU,
    AUC,
    CIOU_ADAPTIVE,
    AUC_ADAPTIVE,
    IIOU,
    IAUC,
    IIOU_ADAPTIVE,
    IAUC_ADAPTIVE,
    FOLLOWS,
    FOLLOWS_ADAPTIVE,
)
"""Metrics of maps alone, which need no score."""

AP = Metric("ap", "AP")
MAX_F1 = Metric("max_f1", "max-F1")

CIOU_UNIVERSAL = Metric("ciou_universal", "cIoU, one threshold")
AUC_UNIVERSAL = Metric("auc_universal", "AUC, one threshold", rank=Rank.MINOR)
F = Metric("f", "F of found and dark")
F_AUC = Metric("f_auc", "F of found and dark, areas", rank=Rank.MINOR)
_SOUNDS = {"silence": "silence", "noise": "noise", "off_screen": "off-screen sounds"}
PIA = {
    kind: Metric(f"pia_{kind}", f"pIA at {what}", Better.LOWER) for kind, what in _SOUNDS.items()
}
"""Share of the picture that is above the universal threshold, by kind of negative sound."""
AOC = {
    kind: Metric(f"aoc_{kind}", f"AOC at {what}", rank=Rank.MINOR) for kind, what in _SOUNDS.items()
}
SAME_AREA = {
    kind: Metric(f"same_area_{kind}", f"Same area with {what}", Better.LOWER, Rank.MINOR)
    for kind, what in _SOUNDS.items()
}

M_J = Metric("m_j", "Mask overlap")
M_F = Metric("m_f", "Mask F-measure")

Dataset = Literal["flickr-soundnet", "vggss", "is3", "avsbench", "folder"]


@dataclasses.dataclass(frozen=True)
class LocalisationBenchmarkOptions(EvaluatorOptions):
    """What is measured, and how."""

    dataset: Annotated[Dataset, "Layout of the folder; `folder` is a list of your own boxes."]
    data: Annotated[str, "Folder of the benchmark, unpacked."]
    seed: Annotated[int, "Seed of the choice of noises and of other sounds.", Ge(0)] = 0
    batch_size: Annotated[int, "Pictures that a model looks at at once.", Ge(1)] = 32

    def check_files(self) -> None:
        """See `EvaluatorOptions.check_files`; reads the lists and annotations."""
        from objects_that_sound.components.localisation_benchmark_evaluator.layouts.registry import (
            read_localisation_benchmark,
        )

        read_localisation_benchmark(self.dataset, self.data)


def _options_of_run(run: Mapping[str, Any]) -> LocalisationBenchmarkOptions | None:
    """Reads `localisation_benchmark`; without it the run leaves the evaluator out."""
    dataset, data = dataset_and_folder(run.get("localisation_benchmark") or "")
    return LocalisationBenchmarkOptions(cast(Dataset, dataset), data) if dataset else None


_PACKAGE = "objects_that_sound.components.localisation_benchmark_evaluator"

LOCALISATION_BENCHMARK = Evaluator(
    name="localisation_benchmark",
    title="Localisation benchmark",
    help="How good are the maps on public benchmarks, or on your own boxes?",
    metrics=(
        *OF_OVERLAPS,
        AP,
        MAX_F1,
        CIOU_UNIVERSAL,
        AUC_UNIVERSAL,
        *PIA.values(),
        *AOC.values(),
        F,
        F_AUC,
        *SAME_AREA.values(),
        M_J,
        M_F,
    ),
    function=f"{_PACKAGE}.evaluate:evaluate_localisation_benchmark",
    component=f"{_PACKAGE}.component:LocalisationBenchmarkEvaluator",
    options=LocalisationBenchmarkOptions,
    inputs=(),
    options_of_run=_options_of_run,
)
