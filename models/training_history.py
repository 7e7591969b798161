"""What is kept of a training: its curves, which epoch was exported, and why it ended."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

HISTORY_FILE = "history.json"
"""In the Trainer's `model_run` folder: the fields of a TrainingHistory."""

JUDGE = "val_avc_accuracy"
"""The curve that says which epoch is best."""

Curves = dict[str, list[float]]
"""By metric one figure a validation; see TrainingHistory."""


@dataclasses.dataclass(frozen=True)
class TrainingHistory:
    """The content of `history.json`.

    An epoch is what lies between two validations.

    Attributes:
        curves: lists of one length, an entry an epoch: `step` and `seconds` (of training, in all
            processes together) at its end, the `learning_rate` then, means of `loss` and
            `avc_accuracy` while it was trained, and with `val_` before the name those of the
            validation at its end.
        exported: index of the epoch whose weights the model has.
        chosen: whether it is the best by `judge`, and not just the last one.
        judge: name of the curve that chooses.
        val_split: name of the split that validates; "eval" where the examples have no `val`.
        ended: reason of the end: "steps" (all that were asked for were taken), "plateau" (nothing
            became better any more) or "minutes" (the time was over).
        examples: number of examples to train on; None where it was not counted.
        batch_size: number of examples of a step; None where it is not known.
    """

    curves: Curves
    exported: int
    chosen: bool
    judge: str = JUDGE
    val_split: str = "eval"
    ended: str = "steps"
    examples: int | None = None
    batch_size: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The fields, as JSON can hold them."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> TrainingHistory:
        """The inverse of `to_json`; also reads the curves alone, which older runs have.

        Raises:
            TypeError: there is an unknown field.
        """
        if "curves" in content:
            return cls(**content)
        curves = {name: values for name, values in content.items() if name != "exported"}
        last = len(curves.get("step", ())) - 1
        exported = [int(mark) for mark in content.get("exported", ())]
        best = exported.index(1) if 1 in exported else last
        return cls(curves=curves, exported=best, chosen=best != last)
