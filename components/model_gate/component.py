"""ModelGate: the one verdict that Pusher and the next run's comparison go by."""

from __future__ import annotations

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from objects_that_sound.components.evaluation.artifacts import Evaluation
from objects_that_sound.components.model_gate.executor import Executor


class ModelGateSpec(component_spec.ComponentSpec):
    """Inputs, outputs and parameters of ModelGate."""

    PARAMETERS: dict[str, component_spec.ExecutionParameter] = {}  # noqa: RUF012 - as TFX has it
    INPUTS = {  # noqa: RUF012 - TFX's base class declares it so
        "model": component_spec.ChannelParameter(type=standard_artifacts.Model),
        "baseline_model": component_spec.ChannelParameter(
            type=standard_artifacts.Model, optional=True
        ),
        "avc": component_spec.ChannelParameter(type=Evaluation, optional=True),
        "retrieval": component_spec.ChannelParameter(type=Evaluation, optional=True),
        "localisation": component_spec.ChannelParameter(type=Evaluation, optional=True),
        "sound_benchmark": component_spec.ChannelParameter(type=Evaluation, optional=True),
    }
    OUTPUTS = {  # noqa: RUF012 - TFX's base class declares it so
        "blessing": component_spec.ChannelParameter(type=standard_artifacts.ModelBlessing)
    }


class ModelGate(base_component.BaseComponent):
    """Blesses a model if every evaluator that it is given does.

    Output `blessing`: a ModelBlessing as TFX's Evaluator writes it (what Pusher and
    LatestBlessedModelStrategy read), with `decisions.json`: `blessed`, and the `decisions` of all
    evaluators, each with its `evaluator`, `metric`, `passed` and `text`.
    """

    SPEC_CLASS = ModelGateSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(
        self,
        model: types.BaseChannel,
        baseline_model: types.BaseChannel | None = None,
        avc: types.BaseChannel | None = None,
        retrieval: types.BaseChannel | None = None,
        localisation: types.BaseChannel | None = None,
        sound_benchmark: types.BaseChannel | None = None,
    ):
        """Configures the component.

        Args:
            model: channel of the Model that was evaluated.
            baseline_model: channel of the Model that it was compared with; it may be empty.
            avc: channel of AvcEvaluator's Evaluation.
            retrieval: of RetrievalEvaluator's.
            localisation: of LocalisationEvaluator's.
            sound_benchmark: of SoundBenchmarkEvaluator's.

        Raises:
            ValueError: there is no evaluation to go by.
        """
        evaluations = {
            "avc": avc,
            "retrieval": retrieval,
            "localisation": localisation,
            "sound_benchmark": sound_benchmark,
        }
        if all(channel is None for channel in evaluations.values()):
            raise ValueError("ModelGate needs at least one evaluation to go by")
        super().__init__(
            spec=ModelGateSpec(
                model=model,
                baseline_model=baseline_model,
                **evaluations,
                blessing=types.Channel(type=standard_artifacts.ModelBlessing),
            )
        )
