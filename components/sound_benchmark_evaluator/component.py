"""SoundBenchmarkEvaluator: a linear classifier on the sound's features, on public benchmarks."""

from __future__ import annotations

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from objects_that_sound.components.evaluation.artifacts import Evaluation
from objects_that_sound.components.sound_benchmark_evaluator.executor import Executor


class SoundBenchmarkEvaluatorSpec(component_spec.ComponentSpec):
    """Inputs, outputs and parameters of SoundBenchmarkEvaluator."""

    PARAMETERS = {  # noqa: RUF012 - TFX's base class declares it so
        "dataset": component_spec.ExecutionParameter(type=str),
        "data": component_spec.ExecutionParameter(type=str),
        "hop_seconds": component_spec.ExecutionParameter(type=float),
        "random_networks": component_spec.ExecutionParameter(type=int),
        "batch_size": component_spec.ExecutionParameter(type=int),
        "thresholds": component_spec.ExecutionParameter(type=str),
    }
    INPUTS = {  # noqa: RUF012 - TFX's base class declares it so
        "model": component_spec.ChannelParameter(type=standard_artifacts.Model),
        "baseline_model": component_spec.ChannelParameter(
            type=standard_artifacts.Model, optional=True
        ),
        "examples": component_spec.ChannelParameter(
            type=standard_artifacts.Examples, optional=True
        ),
    }
    OUTPUTS = {"evaluation": component_spec.ChannelParameter(type=Evaluation)}  # noqa: RUF012


class SoundBenchmarkEvaluator(base_component.BaseComponent):
    """Measures what the sound's features are worth for telling classes apart.

    The protocol of "Look, Listen and Learn": conv4_2 of overlapping windows of one second, pooled
    to 4 x 3 places, scaled, a linear SVM on the benchmark's own folds, its scores averaged over a
    clip. In the same table the embedding, untrained networks and MFCC.

    Clips that can't be read, and with `examples` clips whose sound the model was trained on, are
    left out, counted and named. No fold trains on the same recording as it tests, whatever the
    folder says.

    Output `evaluation`: `metrics.json` with `accuracy` (mean of the folds'), `embedding_accuracy`,
    `random_accuracy`, `random_embedding_accuracy`, `mfcc_accuracy`, `gain_over_random`,
    `embedding_gain_over_random`, `gain_over_mfcc`, all to put thresholds on; `rows` (each row of the table with its `folds`), `published`, `by_class`, `rejects`,
    `same_recordings`, `left_out` (what could not be measured, and why), `confidence` and, with a
    baseline model, `change`, by original recordings; `confusion.png`, `classes.png`;
    `decisions.json` and BLESSED or NOT_BLESSED.
    """

    SPEC_CLASS = SoundBenchmarkEvaluatorSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(
        self,
        dataset: str,
        data: str,
        model: types.BaseChannel,
        baseline_model: types.BaseChannel | None = None,
        examples: types.BaseChannel | None = None,
        hop_seconds: float = 0.5,
        random_networks: int = 3,
        batch_size: int = 32,
        thresholds: str = "",
    ):
        """Configures the component.

        Args:
            dataset: `esc50`, `esc10`, `urbansound8k`, `dcase2013`, `dcase2016`, or `folder` for any
                folder in ESC-50's layout.
            data: that folder. TFX's cache looks at its name only: put another benchmark into
                another folder.
            model: channel of a Model with signatures `describe`, `audio_features`, `embed_audio`.
            baseline_model: channel of the Model to compare with; it may be empty.
            examples: channel of the Examples that the model was trained on (their split `train`).
            hop_seconds: between two windows of one second.
            random_networks: how many untrained networks to average over; 0: none.
            batch_size: windows a call of a model.
            thresholds: on the metrics of `metrics.json` named above; see `thresholds_to_json`.
        """
        super().__init__(
            spec=SoundBenchmarkEvaluatorSpec(
                dataset=dataset,
                data=data,
                model=model,
                baseline_model=baseline_model,
                examples=examples,
                hop_seconds=hop_seconds,
                random_networks=random_networks,
                batch_size=batch_size,
                thresholds=thresholds,
                evaluation=types.Channel(type=Evaluation),
            )
        )
