"""A component's parameters as names and values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_TFX_OWN = ("stats_options_json", "input_fingerprint", "output_data_format", "output_file_format")
"""Execution properties that TFX sets, not the pipeline's author."""

_WRAPPERS = ("custom_config", "value")
"""Names that only wrap parameters: TFX's free-form configuration and google.protobuf.Any."""


def flat_parameters(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Takes JSON apart: nested configurations become `a.b`; what is empty is left out.

    Args:
        parameters: execution properties. Names that begin with two underscores are TFX's notes.
    """
    return _flatten(
        {
            name: _decode(value)
            for name, value in parameters.items()
            if name not in _TFX_OWN and not name.startswith("__")
        }
    )


def _decode(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _flatten(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if name == "@type" or value in (None, "", "null", [], {}):
            continue
        if isinstance(value, Mapping):
            below = prefix if name in _WRAPPERS else f"{prefix}{name}."
            flat.update(_flatten(value, below))
        else:
            flat[prefix + name] = value
    return flat
