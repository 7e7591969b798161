"""How a model's figure grows with the number of videos, as far as somebody measured it."""

from __future__ import annotations

import dataclasses
import os
import pathlib
from typing import Any

from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.json_file import read_json, write_json

_FOLDER = "learning_curve"
_FILE = "learning_curve.json"


@dataclasses.dataclass(frozen=True)
class LearningCurve:
    """A figure of models that learnt from ever more of the same videos by the same recipe.

    Attributes:
        title: name of the figure for people.
        clips: number of videos that each model learnt from, ascending; the last is all of them.
        scenes: number of groups of these videos.
        figures: figure of each model, all on the same held-out examples.
        gain: what each doubling of the videos added, by a straight line over log2 of the clips.
        forecast: figure that the line gives for twice and for four times as many videos.
    """

    title: str
    clips: tuple[int, ...]
    scenes: tuple[int, ...]
    figures: tuple[Estimate, ...]
    gain: Estimate
    forecast: tuple[Estimate, ...]

    def to_json(self) -> dict[str, Any]:
        """Everything as JSON values."""
        return {
            "title": self.title,
            "clips": list(self.clips),
            "scenes": list(self.scenes),
            "figures": [one.to_json() for one in self.figures],
            "gain": self.gain.to_json(),
            "forecast": [one.to_json() for one in self.forecast],
        }

    def write(self, folder: str) -> None:
        """Writes it into the folder of `learning_curve_folder`, where the report finds it."""
        write_json(os.path.join(folder, _FILE), self.to_json())


def learning_curve_folder(root: str | pathlib.Path, model: str) -> str:
    """The folder that keeps what is measured for the learning curve of a model.

    Args:
        root: folder of the run.
        model: folder of the Model artifact that learnt from all videos.
    """
    return os.path.join(root, _FOLDER, os.path.basename(model.rstrip("/")))


def read_learning_curve(root: str | pathlib.Path, model: str) -> LearningCurve | None:
    """Reads what `LearningCurve.write` wrote for a model; None where nobody measured it."""
    values = read_json(os.path.join(learning_curve_folder(root, model), _FILE)) if model else None
    if values is None:
        return None
    return LearningCurve(
        values["title"],
        tuple(values["clips"]),
        tuple(values["scenes"]),
        tuple(_estimate(one) for one in values["figures"]),
        _estimate(values["gain"]),
        tuple(_estimate(one) for one in values["forecast"]),
    )


def _estimate(values: dict[str, Any]) -> Estimate:
    found = Estimate.from_json(values)
    assert found is not None  # every figure was measured
    return found
