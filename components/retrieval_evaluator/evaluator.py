"""What RetrievalEvaluator is: its metrics and options."""

from __future__ import annotations

import dataclasses
from typing import Annotated

from annotated_types import Ge

from objects_that_sound.components.evaluation.evaluator import Evaluator
from objects_that_sound.components.evaluation.evaluator_options import EvaluatorOptions
from objects_that_sound.components.evaluation.metric import Metric, Rank

DIRECTIONS = {
    "image_image": "image → image",
    "image_audio": "image → sound",
    "audio_image": "sound → image",
    "audio_audio": "sound → sound",
}
"""Modalities of the query and of the gallery, with the direction's name for people."""

RECALL_AT = (1, 5, 10)

NDCG = {
    direction: Metric(
        f"ndcg_{direction}",
        f"nDCG, {title}",
        rank=Rank.HEADLINE if direction == "image_audio" else Rank.MAIN,
    )
    for direction, title in DIRECTIONS.items()
}
OVER_CHANCE = {
    direction: Metric(
        f"ndcg_over_chance_{direction}", f"nDCG over chance, {title}", rank=Rank.MINOR
    )
    for direction, title in DIRECTIONS.items()
}
RECALL = {
    (direction, k): Metric(f"recall_at_{k}_{direction}", f"Recall@{k}, {title}", rank=Rank.MINOR)
    for direction, title in DIRECTIONS.items()
    for k in RECALL_AT
}


@dataclasses.dataclass(frozen=True)
class RetrievalOptions(EvaluatorOptions):
    """How retrieval is measured."""

    k: Annotated[int, "Number of first ranks that count in nDCG.", Ge(1)] = 30
    label_tree: Annotated[
        str,
        "Path of a tree of the classes by which relevance is graded, in the format of AudioSet's "
        "ontology.json. Without one, only items of the same class are relevant.",
    ] = ""
    split: Annotated[str, "Split to measure on."] = "eval"
    batch_size: Annotated[int, "Examples that a model embeds at once.", Ge(1)] = 32

    def check_files(self) -> None:
        """See `EvaluatorOptions.check_files`; reads the tree of classes."""
        from objects_that_sound.components.retrieval_evaluator.label_tree import LabelTree

        if self.label_tree:
            LabelTree.from_json(self.label_tree)


_PACKAGE = "objects_that_sound.components.retrieval_evaluator"

RETRIEVAL = Evaluator(
    name="retrieval",
    title="Retrieval",
    help="Does one modality find the other? nDCG and recall of nearest neighbours.",
    metrics=(*NDCG.values(), *OVER_CHANCE.values(), *RECALL.values()),
    function=f"{_PACKAGE}.evaluate:evaluate_retrieval",
    component=f"{_PACKAGE}.component:RetrievalEvaluator",
    options=RetrievalOptions,
    inputs=("examples", "baselines"),
    optional_inputs=("baselines",),
    with_chance=(*NDCG.values(), *OVER_CHANCE.values(), *RECALL.values()),
    with_baselines=tuple(NDCG.values()),
)
