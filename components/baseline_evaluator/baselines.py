"""What BaselineEvaluator is: its metrics and options. Nobody judges it, so it is no `Evaluator`."""

from __future__ import annotations

import dataclasses
from typing import Annotated

from annotated_types import Ge

from objects_that_sound.components.evaluation.evaluator_options import EvaluatorOptions
from objects_that_sound.components.evaluation.metric import Metric, Rank

NAME = "baselines"
TITLE = "Baselines of correspondence"

# It is shown beside the model's accuracy, by this title, and not as a figure of the model.
COLOUR_HISTOGRAM = Metric("colour_histogram_accuracy", "Colour histogram", rank=Rank.MINOR)


@dataclasses.dataclass(frozen=True)
class BaselineOptions(EvaluatorOptions):
    """How the baselines are learned."""

    max_train_examples: Annotated[int, "Labelled examples to learn from at most.", Ge(1)] = 4000
    seed: Annotated[int, "Choice of those examples, and of the mismatched pairs among them."] = 0
