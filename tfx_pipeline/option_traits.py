"""What a field of `RunOptions` declares besides type, help and default."""

from __future__ import annotations

import dataclasses

from objects_that_sound.tfx_pipeline.knobs.knob import Knob


@dataclasses.dataclass(frozen=True)
class OptionTraits:
    """Stands in the field's `Annotated`.

    Attributes:
        flag: spelling of the option, where it is not the name with hyphens.
        metavar: what stands for the value in the help, where it is not the type.
        structural: whether it decides which steps the pipeline has, or how they are fed: then it is
            chosen when a pipeline is compiled, and is no parameter of its runs.
    """

    flag: str = ""
    metavar: str | None = None
    structural: bool = False

    @classmethod
    def of(cls, knob: Knob) -> OptionTraits:
        """Those that a field declares, or the usual ones."""
        declared = getattr(knob.hint, "__metadata__", ())
        return next((one for one in declared if isinstance(one, cls)), cls())
