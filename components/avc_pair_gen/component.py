"""AvcPairGen: the pairs on which audio-visual correspondence (AVC) is measured."""

from __future__ import annotations

from tfx import types
from tfx.dsl.components.base import base_beam_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from objects_that_sound.components.avc_pair_gen.executor import Executor


class AvcPairGenSpec(component_spec.ComponentSpec):
    """Inputs, outputs and parameters of AvcPairGen."""

    PARAMETERS = {  # noqa: RUF012 - TFX's base class declares it so
        "seed": component_spec.ExecutionParameter(type=int),
        "split": component_spec.ExecutionParameter(type=str),
    }
    INPUTS = {  # noqa: RUF012 - TFX's base class declares it so
        "examples": component_spec.ChannelParameter(type=standard_artifacts.Examples)
    }
    OUTPUTS = {"pairs": component_spec.ChannelParameter(type=standard_artifacts.Examples)}  # noqa: RUF012


class AvcPairGen(base_beam_component.BaseBeamComponent):
    """Makes, of every example, one corresponding and one mismatched pair of frame and sound.

    A mismatched pair takes the sound of an example of another group of videos ("Look, Listen and
    Learn" section 2: negatives are a frame and a sound of different videos). Which one follows
    from the examples and the seed alone, so the same pairs come out, bit for bit, whatever the
    number of workers and the order of the examples.

    Output `pairs`: Examples with the split `split` (gzipped TFRecords of tf.Examples,
    `models.examples.PAIR_SPEC`, with all frames of an example that has several) and `pairs.json`: `num_pairs`, `chance` and `ceiling`, which the
    artifact's custom properties hold too.
    """

    SPEC_CLASS = AvcPairGenSpec
    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(Executor)

    def __init__(self, examples: types.BaseChannel, seed: int = 0, split: str = "eval"):
        """Configures the component.

        Args:
            examples: channel of Examples with the split `split`.
            seed: another seed gives other mismatched pairs.
            split: name of the split to make pairs of.
        """
        pairs = types.Channel(type=standard_artifacts.Examples)
        super().__init__(
            spec=AvcPairGenSpec(examples=examples, seed=seed, split=split, pairs=pairs)
        )
