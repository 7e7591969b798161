"""Values that are given for all steps or, where their form has STEP, for one."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence


@dataclasses.dataclass(frozen=True)
class PerStep:
    """What `[STEP=]VALUE` says, given any number of times.

    Attributes:
        values: pairs of a step's name, "" for all steps, and a value; in their order.
    """

    values: tuple[tuple[str, str], ...]

    @classmethod
    def read(cls, texts: Sequence[str], form: str, value: str) -> PerStep:
        """Reads them.

        Args:
            texts: values; some with `STEP=` before them, if the form begins with `[STEP=]`.
            form: the way to write one.
            value: regular expression of a whole value; how many `=` it has must not vary.

        Raises:
            ValueError: a text is of another form.
        """
        step = "(?:([a-z0-9-]+)=)?" if form.startswith("[STEP=]") else "()"
        pattern = re.compile(f"{step}({value})")
        values = []
        for text in texts:
            match = pattern.fullmatch(text)
            if match is None:
                raise ValueError(f"{text!r} is not {form}")
            values.append((match[1] or "", match[2]))
        return cls(tuple(values))

    @property
    def steps(self) -> set[str]:
        """The steps that are named."""
        return {step for step, _ in self.values if step}

    def all_of(self, step: str) -> list[str]:
        """What holds for a step, where values add up: those for all steps and its own."""
        return [value for name, value in self.values if name in ("", step)]

    def one_of(self, step: str) -> str | None:
        """What holds for a step, where one value takes another's place: its own before all steps'."""
        own = [value for name, value in self.values if name == step]
        values = own or self.all_of("")
        return values[-1] if values else None
