"""What BaselineEvaluator is: its baselines and options. Nobody judges it: it is no `Evaluator`."""

from __future__ import annotations

import dataclasses
from typing import Annotated

from annotated_types import Ge

from objects_that_sound.components.avc_evaluator.evaluator import ACCURACY
from objects_that_sound.components.baseline_evaluator.baseline import Baseline
from objects_that_sound.components.retrieval_evaluator.evaluator import NDCG, RetrievalOptions

NAME = "baselines"
TITLE = "Baselines"

COLOUR_HISTOGRAM = Baseline("colour_histogram", "Colour histogram", (ACCURACY, NDCG["image_image"]))
MEAN_SPECTRUM = Baseline("mean_spectrum", "Mean spectrum", (NDCG["audio_audio"],))
GLOBAL_STATISTICS = Baseline("global_statistics", "Global statistics", (ACCURACY, *NDCG.values()))
UNTRAINED = Baseline("untrained", "Untrained network", (ACCURACY, *NDCG.values()))
BASELINES = (COLOUR_HISTOGRAM, MEAN_SPECTRUM, GLOBAL_STATISTICS, UNTRAINED)


@dataclasses.dataclass(frozen=True)
class BaselineOptions(RetrievalOptions):
    """How the baselines are learned, and how they retrieve."""

    max_train_examples: Annotated[int, "Examples to learn from at most.", Ge(1)] = 10_000
    seed: Annotated[
        int, "Seed of the choice of those examples, of mismatched pairs and of weights.", Ge(0)
    ] = 0
