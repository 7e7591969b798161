"""Makes a model that was not pushed one that a model server can serve where it lies."""

from __future__ import annotations

import contextlib
import os

_SAVED_MODEL = "Format-Serving"  # TFX's name of the SavedModel in a Model artifact
_VERSION = "1"


def make_servable(model: str) -> str | None:
    """Gives a Model artifact a numbered folder, so that it can be a `--model_base_path`.

    It is a relative link to the SavedModel: it costs no disk, and holds where the root is moved or
    mounted elsewhere. Nothing happens on storage that knows no links.

    Args:
        model: folder of the artifact; "" for none.

    Returns:
        The numbered folder; None where there is none.
    """
    if os.path.isdir(os.path.join(model, _SAVED_MODEL)):
        with contextlib.suppress(OSError):
            os.symlink(_SAVED_MODEL, os.path.join(model, _VERSION))
    return os.path.join(model, _VERSION) if is_servable(model) else None


def is_servable(model: str) -> bool:
    """Whether a Model artifact can be a `--model_base_path`."""
    return os.path.isfile(os.path.join(model, _VERSION, "saved_model.pb"))
