"""BaselineEvaluator: the figures to print beside a model's accuracy on the pairs."""

from __future__ import annotations

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from objects_that_sound.components.baseline_evaluator.executor import Executor
from objects_that_sound.components.evaluation.artifacts import Evaluation


class BaselineEvaluatorSpec(component_spec.ComponentSpec):
    """Inputs, outputs and parameters of BaselineEvaluator."""

    PARAMETERS = {  # noqa: RUF012 - TFX's base class declares it so
        "max_train_examples": component_spec.ExecutionParameter(type=int),
        "seed": component_spec.ExecutionParameter(type=int),
    }
    INPUTS = {  # noqa: RUF012 - TFX's base class declares it so
        "examples": component_spec.ChannelParameter(type=standard_artifacts.Examples),
        "pairs": component_spec.ChannelParameter(type=standard_artifacts.Examples),
    }
    OUTPUTS = {"evaluation": component_spec.ChannelParameter(type=Evaluation)}  # noqa: RUF012


class BaselineEvaluator(base_component.BaseComponent):
    """Measures on the AVC pairs what needs no network: chance, ceiling and colour histogram.

    The colour histogram baseline is told the classes of the train split (the networks are not):
    a linear classifier each on the frame's colour histogram and on the sound's mean log-spectrum,
    and the pair corresponds if the classes agree.

    Output `evaluation`: `metrics.json` with `chance`, `ceiling` and `colour_histogram`
    (`accuracy`, `threshold`, `num_train_examples`, `num_pairs`; `accuracy` null and a `reason`
    where it cannot be had).
    """

    SPEC_CLASS = BaselineEvaluatorSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(
        self,
        examples: types.BaseChannel,
        pairs: types.BaseChannel,
        max_train_examples: int = 4000,
        seed: int = 0,
    ):
        """Configures the component.

        Args:
            examples: channel of Examples with the split `train`.
            pairs: channel of Examples made by AvcPairGen.
            max_train_examples: how many labelled examples to learn from at most.
            seed: of the choice of those examples and of the mismatched pairs among them.
        """
        super().__init__(
            spec=BaselineEvaluatorSpec(
                examples=examples,
                pairs=pairs,
                max_train_examples=max_train_examples,
                seed=seed,
                evaluation=types.Channel(type=Evaluation),
            )
        )
