"""RetrievalEvaluator: nearest-neighbour retrieval within and across modalities."""

from __future__ import annotations

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from components.evaluation.artifacts import Evaluation
from components.retrieval_evaluator.executor import Executor


class RetrievalEvaluatorSpec(component_spec.ComponentSpec):
    """Inputs, outputs and parameters of RetrievalEvaluator."""

    PARAMETERS = {  # noqa: RUF012 - TFX's base class declares it so
        "k": component_spec.ExecutionParameter(type=int),
        "split": component_spec.ExecutionParameter(type=str),
        "batch_size": component_spec.ExecutionParameter(type=int),
    }
    INPUTS = {  # noqa: RUF012 - TFX's base class declares it so
        "examples": component_spec.ChannelParameter(type=standard_artifacts.Examples),
        "model": component_spec.ChannelParameter(type=standard_artifacts.Model),
    }
    OUTPUTS = {"evaluation": component_spec.ChannelParameter(type=Evaluation)}  # noqa: RUF012


class RetrievalEvaluator(base_component.BaseComponent):
    """Measures nDCG@k in four directions ("Objects that Sound", section 3.4).

    Each example's frame and sound are embedded; every frame and every sound is a query among all
    frames and among all sounds, ranked by Euclidean distance.

    Relevant are the items of the query's class; then, in all four directions, the gallery holds
    no item of the query's own group of videos, so that recognising the scene earns nothing. Where
    labels of two classes are not to be had, relevant are the items of the query's own video; then
    the gallery holds everything but, within a modality, the query itself.

    Output `evaluation`: `metrics.json` with `relevance` ("label" or "video"), `k`, `num_items`,
    `num_queries` (items that have a relevant one to find) and, under `image_image`,
    `image_audio`, `audio_image`, `audio_audio` (query_gallery), `ndcg`, `chance` (exact) and
    `num_queries`; `neighbours.json` with the media of some queries and their nearest neighbours
    across modalities.
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
    ):
        """Configures the component.

        Args:
            examples: channel of Examples with the split `split`.
            model: channel of a Model with signatures `embed_image` and `embed_audio`.
            k: how many of the first ranks count.
            split: name of the split to embed.
            batch_size: examples a call of the model.
        """
        super().__init__(
            spec=RetrievalEvaluatorSpec(
                examples=examples,
                model=model,
                k=k,
                split=split,
                batch_size=batch_size,
                evaluation=types.Channel(type=Evaluation),
            )
        )
