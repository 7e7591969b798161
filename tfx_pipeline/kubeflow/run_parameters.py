"""What can be set anew at every submission."""

from __future__ import annotations

import dataclasses
import os
import typing
from collections.abc import Mapping
from typing import Annotated, Any

from objects_that_sound.tfx_pipeline.kubeflow.parse_parameters import DOUBLE, INTEGER, LIST, STRING
from objects_that_sound.tfx_pipeline.presets.chosen_preset import chosen_preset
from objects_that_sound.tfx_pipeline.presets.preset import Preset
from objects_that_sound.tfx_pipeline.run_paths import MODEL_NAME, SEARCH_NAME

BLESSED_NAME = "blessed"

_TYPES = {str: STRING, int: INTEGER, float: DOUBLE, list[str]: LIST}


@dataclasses.dataclass(frozen=True)
class RunParameters:
    """The compiled pipeline's parameters, by name, type, default and description.

    Nothing here changes which steps there are. Zeros and empty texts leave a choice to the preset.
    """

    videos: Annotated[
        list[str],
        "Folders, files and globs of videos, as the steps see them (gs://, or below a volume).",
    ]
    push_destination: Annotated[
        str,
        f"Folder that gets {MODEL_NAME}/ (for the model server), {SEARCH_NAME}/ and {BLESSED_NAME}/.",
    ]
    preset: Annotated[str, "Name of the preset."] = "demo"
    thresholds: Annotated[
        list[str],
        'What the gate asks instead of what the preset asks, e.g. "avc:avc_accuracy>=0.8".',
    ] = dataclasses.field(default_factory=list)
    steps: Annotated[int, "Training steps."] = 0
    segments: Annotated[str, "CSV of the parts of the videos to use."] = ""
    group_regex: Annotated[str, "Videos of one group share a split."] = ""
    label_regex: Annotated[str, "The class in a file name, for evaluation only."] = ""
    examples_per_video: Annotated[int, "At most so many moments of a video or segment."] = 0
    min_loudness: Annotated[float, "In dBFS, below 0: quieter moments are left out."] = 0.0

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> RunParameters:
        """Makes it of JSON values, in which all numbers are floats."""
        integers = {name for name, kind in parameter_types().items() if kind == INTEGER}
        typed: dict[str, Any] = {
            name: int(value) if name in integers else value for name, value in values.items()
        }
        return cls(**typed)

    def chosen_preset(self, sound_benchmark: bool) -> Preset:
        """The preset with what is to be different.

        Args:
            sound_benchmark: whether the pipeline measures one.

        Raises:
            ValueError: there is no such preset, or a value can't be right.
        """
        return chosen_preset(
            self.preset,
            examples_per_video=self.examples_per_video or None,
            min_loudness=self.min_loudness or None,
            thresholds=self.thresholds,
            steps=self.steps or None,
            sound_benchmark=sound_benchmark,
        )

    @property
    def serving_dir(self) -> str:
        """The model server's base path."""
        return os.path.join(self.push_destination, MODEL_NAME)

    @property
    def search_dir(self) -> str:
        """Likewise, of the search index."""
        return os.path.join(self.push_destination, SEARCH_NAME)

    @property
    def blessed_dir(self) -> str:
        """Every blessed model, to compare with and to train on from."""
        return os.path.join(self.push_destination, BLESSED_NAME)


def parameter_descriptions() -> dict[str, str]:
    """What the parameters are, by name."""
    hints = typing.get_type_hints(RunParameters, include_extras=True)
    return {name: hint.__metadata__[0] for name, hint in hints.items()}


def parameter_types() -> dict[str, str]:
    """The parameters' types by name, as a pipeline specification names them."""
    return {name: _TYPES[kind] for name, kind in typing.get_type_hints(RunParameters).items()}
