"""RetrievalEvaluator: nearest-neighbour retrieval within and across modalities."""

from __future__ import annotations

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from objects_that_sound.components.evaluation.artifacts import Evaluation
from objects_that_sound.components.retrieval_evaluator.executor import Executor


class RetrievalEvaluatorSpec(component_spec.ComponentSpec):
    """Inputs, outputs and parameters of RetrievalEvaluator."""

    PARAMETERS = {  # noqa: RUF012 - TFX's base class declares it so
        "k": component_spec.ExecutionParameter(type=int),
        "split": component_spec.ExecutionParameter(type=str),
        "batch_size": component_spec.ExecutionParameter(type=int),
        "label_tree": component_spec.ExecutionParameter(type=str),
        "thresholds": component_spec.ExecutionParameter(type=str),
    }
    INPUTS = {  # noqa: RUF012 - TFX's base class declares it so
        "examples": component_spec.ChannelParameter(type=standard_artifacts.Examples),
        "model": component_spec.ChannelParameter(type=standard_artifacts.Model),
        "baseline_model": component_spec.ChannelParameter(
            type=standard_artifacts.Model, optional=True
        ),
    }
    OUTPUTS = {"evaluation": component_spec.ChannelParameter(type=Evaluation)}  # noqa: RUF012


class RetrievalEvaluator(base_component.BaseComponent):
    """Measures nDCG@k in four directions ("Objects that Sound", section 3.4).

    Each example's frame and sound are embedded; every frame and every sound is a query among all
    frames and among all sounds, ranked by Euclidean distance.

    By class, where the labels of two classes at least are known: the gain of an item is its class's
    similarity to the query's, by `label_tree` if there is one (see `LabelTree`), else 1 or 0;
    of examples that have several labels, the best-match average (see `GradedRelevance`). Then, in
    all four directions, the gallery holds no item of the query's own group of videos, so that
    recognising the scene earns nothing. By video otherwise: relevant are the items of the query's
    own video; then the gallery holds everything but, within a modality, the query itself.

    Recall at k is the share of queries with a right item among the first k: one that shares a label
    with the query, or is of its video. Items at the same distance count as in random order.

    Output `evaluation`: `metrics.json` with `relevance` ("label" or "video"), `k`, `num_items`,
    `num_queries` (items that have a relevant one to find) and, under `image_image`,
    `image_audio`, `audio_image`, `audio_audio` (query_gallery), `ndcg`, its `chance`, `recall` and
    its `recall_chance` (by k, "1", "5" and "10"; both chances exact) and `num_queries`; `confidence`
    and `change` by the metrics of `retrieval_statistics`, which are also those of `thresholds`;
    `neighbours.json` with the media of some queries and their nearest neighbours across
    modalities; `decisions.json` and BLESSED or NOT_BLESSED.
    """

    SPEC_CLASS = RetrievalEvaluatorSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(
        self,
        examples: types.BaseChannel,
        model: types.BaseChannel,
        k: int = 30,
        split: str = "eval",
        batch_size: int = 32,
        baseline_model: types.BaseChannel | None = None,
        label_tree: str = "",
        thresholds: str = "",
    ):
        """Configures the component.

        Args:
            examples: channel of Examples with the split `split`.
            model: channel of a Model with signatures `embed_image` and `embed_audio`.
            k: how many of the first ranks count.
            split: name of the split to embed.
            batch_size: examples a call of the model.
            baseline_model: channel of the Model to compare with; it may be empty.
            label_tree: path of a JSON file of classes in the format of AudioSet's `ontology.json`;
                "" for classes that have nothing in common.
            thresholds: see `thresholds_to_json`.
        """
        super().__init__(
            spec=RetrievalEvaluatorSpec(
                examples=examples,
                model=model,
                baseline_model=baseline_model,
                k=k,
                split=split,
                batch_size=batch_size,
                label_tree=label_tree,
                thresholds=thresholds,
                evaluation=types.Channel(type=Evaluation),
            )
        )
