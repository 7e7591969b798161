"""LocalisationEvaluator: where the map lies, and whether it stays dark where nothing sounds."""

from __future__ import annotations

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from objects_that_sound.components.evaluation.artifacts import Evaluation
from objects_that_sound.components.localisation_evaluator.executor import Executor


class LocalisationEvaluatorSpec(component_spec.ComponentSpec):
    """Inputs, outputs and parameters of LocalisationEvaluator."""

    PARAMETERS = {  # noqa: RUF012 - TFX's base class declares it so
        "max_examples": component_spec.ExecutionParameter(type=int),
        "seed": component_spec.ExecutionParameter(type=int),
        "split": component_spec.ExecutionParameter(type=str),
        "batch_size": component_spec.ExecutionParameter(type=int),
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


class LocalisationEvaluator(base_component.BaseComponent):
    """Measures how well the map finds what sounds, and what the model does with other sounds.

    Of frames with a box: how often the map's peak lies in the box (`pointing_accuracy`; "Objects
    that Sound", section 4), and the overlap of the map's bright part with it (`ciou`, `ciou_auc`;
    Senocak et al., CVPR 2018; see `components.evaluation.localisation`). Beside them the same for
    the middle of the frame (`centre_baseline`, `ciou_centre_baseline`, ...) and a random place
    (`random_baseline`, ...), and how often the peak lies in the same box when the sound is one of
    another class, or of another group where classes are not known
    (`wrong_sound_pointing_accuracy`): a map that only marks what stands out scores the same.

    Of all frames: the share that fire at a wrong sound, silence, noise and the sound of a class that
    is not in the frame (`fires_wrong`, `fires_silence`, `fires_noise`, `fires_off_screen`) at the one
    threshold that 90 % of the true sounds reach (`universal_threshold`); `average_precision` and
    `max_f1` of true sounds among the last three (see `components.evaluation.firing`).

    Output `evaluation`: `metrics.json` with these, `num_examples` (with boxes), `num_frames`,
    `missing` (by metric that could not be measured, and is null, why), `confidence` and `change`;
    `success_curve.png`, `scores.png`; `samples.json` with pictures of some frames under their maps,
    with the right and with a wrong sound; `decisions.json` and BLESSED or NOT_BLESSED.
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
        baseline_model: types.BaseChannel | None = None,
        thresholds: str = "",
    ):
        """Configures the component.

        Args:
            examples: channel of Examples with the split `split`.
            model: channel of a Model with the signature `localise`.
            max_examples: how many frames to measure at most: those with boxes, or any where there
                are none (they are held in memory; the paper has 500).
            seed: of the choice of examples and of wrong sounds.
            split: name of the split to measure.
            batch_size: examples a call of the model.
            baseline_model: channel of the Model to compare with; it may be empty.
            thresholds: see `thresholds_to_json`.
        """
        super().__init__(
            spec=LocalisationEvaluatorSpec(
                examples=examples,
                model=model,
                baseline_model=baseline_model,
                max_examples=max_examples,
                seed=seed,
                split=split,
                batch_size=batch_size,
                thresholds=thresholds,
                evaluation=types.Channel(type=Evaluation),
            )
        )
