"""AvcEvaluator: audio-visual correspondence, the task that the networks are trained on."""

from __future__ import annotations

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from objects_that_sound.components.avc_evaluator.executor import Executor
from objects_that_sound.components.evaluation.artifacts import Evaluation


class AvcEvaluatorSpec(component_spec.ComponentSpec):
    """Inputs, outputs and parameters of AvcEvaluator."""

    PARAMETERS = {  # noqa: RUF012 - TFX's base class declares it so
        "batch_size": component_spec.ExecutionParameter(type=int),
        "thresholds": component_spec.ExecutionParameter(type=str),
    }
    INPUTS = {  # noqa: RUF012 - TFX's base class declares it so
        "pairs": component_spec.ChannelParameter(type=standard_artifacts.Examples),
        "model": component_spec.ChannelParameter(type=standard_artifacts.Model),
        "baseline_model": component_spec.ChannelParameter(
            type=standard_artifacts.Model, optional=True
        ),
    }
    OUTPUTS = {"evaluation": component_spec.ChannelParameter(type=Evaluation)}  # noqa: RUF012


class AvcEvaluator(base_component.BaseComponent):
    """Measures whether a model tells corresponding from mismatched pairs ("Look, Listen and Learn").

    Output `evaluation`: `metrics.json` with `avc_accuracy` (balanced: the mean of
    `accuracy_corresponding` and `accuracy_mismatched`; chance is 0.5), `avc_auc`, `num_pairs`,
    `num_groups`, `by_class` (`accuracy`, its interval `low` and `high`, and `num_pairs`, by the
    class of what sounds in the image's video, where known), `confidence` and, with a baseline
    model, `change`, by groups of the images' videos; `scores.png`, `roc.png`; `decisions.json` and
    BLESSED or NOT_BLESSED.
    """

    SPEC_CLASS = AvcEvaluatorSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(
        self,
        pairs: types.BaseChannel,
        model: types.BaseChannel,
        baseline_model: types.BaseChannel | None = None,
        batch_size: int = 32,
        thresholds: str = "",
    ):
        """Configures the component.

        Args:
            pairs: channel of Examples made by AvcPairGen.
            model: channel of a Model with the signature `score_examples`.
            baseline_model: channel of the Model to compare with; it may be empty.
            batch_size: pairs a call of a model.
            thresholds: on `avc_accuracy` and `avc_auc`; see `thresholds_to_json`.
        """
        super().__init__(
            spec=AvcEvaluatorSpec(
                pairs=pairs,
                model=model,
                baseline_model=baseline_model,
                batch_size=batch_size,
                thresholds=thresholds,
                evaluation=types.Channel(type=Evaluation),
            )
        )
