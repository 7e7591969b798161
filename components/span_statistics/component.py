"""SpanStatistics: what of a span's examples may drift, as TFDV's statistics."""

from __future__ import annotations

from tfx import types
from tfx.dsl.components.base import base_beam_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from objects_that_sound.components.span_statistics.executor import Executor


class SpanStatisticsSpec(component_spec.ComponentSpec):
    """Inputs, outputs and parameters of SpanStatistics."""

    PARAMETERS = {"batch_size": component_spec.ExecutionParameter(type=int)}  # noqa: RUF012
    INPUTS = {  # noqa: RUF012 - TFX's base class declares it so
        "examples": component_spec.ChannelParameter(type=standard_artifacts.Examples),
        "baseline_examples": component_spec.ChannelParameter(
            type=standard_artifacts.Examples, optional=True
        ),
        "model": component_spec.ChannelParameter(type=standard_artifacts.Model, optional=True),
    }
    OUTPUTS = {  # noqa: RUF012 - TFX's base class declares it so
        "statistics": component_spec.ChannelParameter(type=standard_artifacts.ExampleStatistics),
        "baseline_statistics": component_spec.ChannelParameter(
            type=standard_artifacts.ExampleStatistics
        ),
    }


class SpanStatistics(base_beam_component.BaseBeamComponent):
    """Computes statistics of brightness, loudness and embeddings on Beam, with TFDV.

    Embeddings are described by a few numbers an example, see `components.span_statistics.feature_names`.
    Both sets of statistics are of one model and one basis, so that they can be compared. The
    embeddings of the baseline are of its split `eval` alone: its other examples the model may have
    been trained on, and an example that a network has seen looks different from a new one. The basis
    is fitted to these others.

    Outputs: `statistics`, of the splits `train`, `eval` and `all`, and `baseline_statistics`, of the
    split `all`; without a baseline it has no split. Both have the custom property `span`, the number
    of their (latest) span. Without a model there are brightness and loudness only.
    """

    SPEC_CLASS = SpanStatisticsSpec
    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(Executor)

    def __init__(
        self,
        examples: types.BaseChannel,
        baseline_examples: types.BaseChannel | None = None,
        model: types.BaseChannel | None = None,
        batch_size: int = 32,
    ):
        """Configures the component.

        Args:
            examples: channel of Examples, the span to look at, with splits `train` and `eval`.
            baseline_examples: channel of Examples of earlier spans; it may be empty.
            model: channel of a Model with signatures `embed_image` and `embed_audio`, one that was
                not trained on the span; it may be empty.
            batch_size: examples a call of the model.
        """
        super().__init__(
            spec=SpanStatisticsSpec(
                examples=examples,
                baseline_examples=baseline_examples,
                model=model,
                batch_size=batch_size,
                statistics=types.Channel(type=standard_artifacts.ExampleStatistics),
                baseline_statistics=types.Channel(type=standard_artifacts.ExampleStatistics),
            )
        )
