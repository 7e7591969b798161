"""ModelGate: the one verdict that Pusher and the next run's comparison go by."""

import dataclasses
import os

from tfx.components.evaluator import constants
from tfx.v1.dsl.components import InputArtifact, OutputArtifact, component
from tfx.v1.types.standard_artifacts import Model, ModelBlessing

from objects_that_sound.components.evaluation.artifacts import Evaluation
from objects_that_sound.components.evaluation.blessing import mark_blessed
from objects_that_sound.components.evaluation.evaluation_result import DECISIONS_FILE
from objects_that_sound.components.evaluation.json_file import write_json
from objects_that_sound.components.model_gate.gate import gate


@component
def ModelGate(
    model: InputArtifact[Model],
    evaluations: InputArtifact[list[Evaluation]],
    blessing: OutputArtifact[ModelBlessing],
    baseline_model: InputArtifact[Model] = None,
):
    """Blesses a model if every evaluator does.

    Args:
        model: Model that was evaluated.
        evaluations: Evaluations of all evaluators.
        blessing: verdict as TFX's Evaluator writes it, which Pusher and LatestBlessedModelStrategy
            read, with `decisions.json`: the fields of `Verdict`.
        baseline_model: Model that it was compared with, if there is one.
    """
    verdict = gate([evaluation.uri for evaluation in evaluations])
    write_json(os.path.join(blessing.uri, DECISIONS_FILE), dataclasses.asdict(verdict))
    mark_blessed(blessing, verdict.blessed)
    # LatestBlessedModelStrategy finds the model by its id.
    blessing.set_string_custom_property(
        constants.ARTIFACT_PROPERTY_CURRENT_MODEL_URI_KEY, model.uri
    )
    blessing.set_int_custom_property(constants.ARTIFACT_PROPERTY_CURRENT_MODEL_ID_KEY, model.id)
    if baseline_model is not None:
        blessing.set_string_custom_property(
            constants.ARTIFACT_PROPERTY_BASELINE_MODEL_URI_KEY, baseline_model.uri
        )
        blessing.set_int_custom_property(
            constants.ARTIFACT_PROPERTY_BASELINE_MODEL_ID_KEY, baseline_model.id
        )
