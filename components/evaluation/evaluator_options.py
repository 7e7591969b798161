"""The options of an evaluator: declared once, for the component and for the command line."""

from __future__ import annotations

import dataclasses
import json

from objects_that_sound.models.declared import check_declared


@dataclasses.dataclass(frozen=True)
class EvaluatorOptions:
    """Base of the evaluators' options: fields `name: Annotated[type, "Help.", *bounds] = default`.

    Raises:
        ValueError: a field is not of its type, or out of its bounds.
    """

    def __post_init__(self):
        check_declared(self)

    def check_files(self) -> None:
        """Looks at the files that the options name, before anything long runs.

        Raises:
            OSError, ValueError: one can't be used; says which and why.
        """

    def to_json(self) -> str:
        """Writes them as a component's parameter `options`."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str):
        """Reads a component's parameter `options`; "" holds the defaults."""
        return cls(**json.loads(text or "{}"))
