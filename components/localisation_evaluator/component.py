"""LocalisationEvaluator: the pointing game, with the right and with a wrong sound."""

from __future__ import annotations

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from components.evaluation.artifacts import Evaluation
from components.localisation_evaluator.executor import Executor


class LocalisationEvaluatorSpec(component_spec.ComponentSpec):
    """Inputs, outputs and parameters of LocalisationEvaluator."""

    PARAMETERS = {  # noqa: RUF012 - TFX's base class declares it so
        "max_examples": component_spec.ExecutionParameter(type=int),
        "seed": component_spec.ExecutionParameter(type=int),
        "split": component_spec.ExecutionParameter(type=str),
        "batch_size": component_spec.ExecutionParameter(type=int),
    }
    INPUTS = {  # noqa: RUF012 - TFX's base class declares it so
        "examples": component_spec.ChannelParameter(type=standard_artifacts.Examples),
        "model": component_spec.ChannelParameter(type=standard_artifacts.Model),
    }
    OUTPUTS = {"evaluation": component_spec.ChannelParameter(type=Evaluation)}  # noqa: RUF012


class LocalisationEvaluator(base_component.BaseComponent):
    """Measures how often the map's peak lies in the box ("Objects that Sound", section 4).

    Beside it: how often the frame's centre does (`centre_baseline`), the mean area of the boxes
    (`random_baseline`), and how often the peak lies in the same box when the sound is one of
    another class, or of another group where classes are not known
    (`wrong_sound_pointing_accuracy`): a map that only marks what stands out scores the same.

    Output `evaluation`: `metrics.json` with these, `pointing_accuracy` and `num_examples` (all
    null but the last, and a `reason`, where no example has a box); `samples.json` with pictures
    of some frames under their maps, with the right and with a wrong sound.
    """

    SPEC_CLASS = LocalisationEvaluatorSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(
        self,
        examples: types.BaseChannel,
        model: types.BaseChannel,
        max_examples: int = 2000,
        seed: int = 0,
        split: str = "eval",
        batch_size: int = 32,
    ):
        """Configures the component.

        Args:
            examples: channel of Examples with the split `split`.
            model: channel of a Model with the signature `localise`.
            max_examples: how many examples with boxes to measure at most (they are held in
                memory; the paper has 500).
            seed: of the choice of examples and of wrong sounds.
            split: name of the split to measure.
            batch_size: examples a call of the model.
        """
        super().__init__(
            spec=LocalisationEvaluatorSpec(
                examples=examples,
                model=model,
                max_examples=max_examples,
                seed=seed,
                split=split,
                batch_size=batch_size,
                evaluation=types.Channel(type=Evaluation),
            )
        )
