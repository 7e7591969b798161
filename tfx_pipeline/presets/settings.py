"""A preset's fields by the names that `--set` and `ots presets` know them by."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable, Sequence
from typing import Any

from objects_that_sound.tfx_pipeline.knobs.knob import Knob, knobs_of, parse
from objects_that_sound.tfx_pipeline.presets.preset import Preset

GROUPS = ("network", "training")
"""Fields of a preset that have fields of their own."""
_SET_OTHERWISE = {
    "name": "it is the preset's: choose another one",
    "thresholds": "use --threshold",
    "annotated_thresholds": "use --threshold",
}


def settings_of(preset: Preset) -> list[Knob]:
    """All fields as knobs, by dotted names such as `training.steps`; defaults are this preset's."""
    return [
        *(knob for name in GROUPS for knob in _knobs(getattr(preset, name), f"{name}.")),
        *(knob for knob in _knobs(preset) if knob.name not in GROUPS),
    ]


def with_settings(preset: Preset, settings: Sequence[str]) -> Preset:
    """A copy with other values.

    Args:
        preset: where the other fields come from.
        settings: each a name, "=", and a value, as in `training.learning_rate=3e-4`; of several of
            the same name the last one holds.

    Raises:
        ValueError: there is no such field, or a value is of the wrong type, out of bounds, or does
            not go with the others; says which.
    """
    values: dict[str, dict[str, Any]] = {name: {} for name in ("", *GROUPS)}
    knobs = {knob.name: knob for knob in settings_of(preset)}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals:
            raise ValueError(f"{setting!r} is not NAME=VALUE, as in training.steps=1000")
        if name not in knobs:
            raise ValueError(_unknown(name, knobs, preset.name))
        if name in _SET_OTHERWISE:
            raise ValueError(f"--set cannot change {name}: {_SET_OTHERWISE[name]}")
        group, _, field = name.rpartition(".")
        values[group][field] = parse(knobs[name], text)
    parts = {
        name: dataclasses.replace(getattr(preset, name), **values[name])
        for name in GROUPS
        if values[name]
    }
    return dataclasses.replace(preset, **parts, **values[""])


def _knobs(config: Any, prefix: str = "") -> list[Knob]:
    return [
        dataclasses.replace(knob, name=f"{prefix}{knob.name}", default=getattr(config, knob.name))
        for knob in knobs_of(type(config))
    ]


def _unknown(name: str, names: Iterable[str], preset: str) -> str:
    """Suggests a name that is spelt almost so, also where only its group is missing or wrong."""
    last = {one.rpartition(".")[2]: one for one in names}
    close = difflib.get_close_matches(name.rpartition(".")[2], last, n=1)
    suggestion = f": do you mean {last[close[0]]}?" if close else "."
    return f"a preset has no field {name!r}{suggestion} List them all by `ots presets {preset}`"
