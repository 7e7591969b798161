"""BaselineEvaluator: the figures that stand beside a model's accuracy on the pairs."""

from tfx.v1.dsl.components import InputArtifact, OutputArtifact, Parameter, component
from tfx.v1.types.standard_artifacts import Examples

from objects_that_sound.components.baseline_evaluator.baselines import BaselineOptions
from objects_that_sound.components.baseline_evaluator.evaluate import evaluate_baselines
from objects_that_sound.components.evaluation.artifacts import Evaluation


@component
def BaselineEvaluator(
    examples: InputArtifact[list[Examples]],
    pairs: InputArtifact[Examples],
    evaluation: OutputArtifact[Evaluation],
    options: Parameter[str] = "",
):
    """Measures on the AVC pairs what needs no network.

    Args:
        examples: Examples with the split `train`.
        pairs: Examples made by AvcPairGen.
        evaluation: figures; see `evaluate_baselines`.
        options: JSON of `BaselineOptions`.
    """
    result = evaluate_baselines(
        [one.uri for one in examples], pairs.uri, options=BaselineOptions.from_json(options)
    )
    result.write(evaluation.uri)
