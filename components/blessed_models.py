"""A folder that keeps every blessed model, for runners whose metadata can't be asked.

Each model is a numbered version: a copy of its whole Model artifact, with the weights to train on
from, and a file that is written last. Pushed models are kept elsewhere, for a model server: they lack
those weights, and those that can't be served.
"""

from __future__ import annotations

import os
import time

from tfx import types
from tfx.dsl.io import fileio
from tfx.utils import io_utils

NO_VERSION = "none"
"""In place of a version: there is no blessed model."""

_COMPLETE = "COMPLETE"
_NO_MODEL = "NO_MODEL"


def add_model(folder: str, model: types.Artifact) -> str:
    """Copies a model into the folder.

    Args:
        folder: here or on any storage that TFX knows; it is made.
        model: artifact of type Model.

    Returns:
        The version: seconds since 1970, or one more than the latest.
    """
    latest = latest_version(folder)
    version = int(time.time())
    if latest != NO_VERSION:
        version = max(version, int(latest) + 1)
    path = os.path.join(folder, str(version))
    io_utils.copy_dir(model.uri, path)
    with fileio.open(os.path.join(path, _COMPLETE), "w") as file:
        file.write(model.uri)
    return str(version)


def latest_version(folder: str) -> str:
    """The version that was added last, or NO_VERSION; what was not copied whole does not count."""
    if not fileio.isdir(folder):
        return NO_VERSION
    names = (name.rstrip("/") for name in fileio.listdir(folder))  # remote folders end in a slash
    for version in sorted(filter(str.isdecimal, names), key=int, reverse=True):
        if fileio.exists(os.path.join(folder, version, _COMPLETE)):
            return version
    return NO_VERSION


def read_model(folder: str, version: str, model: types.Artifact) -> None:
    """Copies a version out of the folder.

    Args:
        folder: that `add_model` wrote to.
        version: NO_VERSION for a model that `is_no_model` tells.
        model: artifact of type Model.

    Raises:
        FileNotFoundError: there is no such version.
    """
    if version == NO_VERSION:
        fileio.makedirs(model.uri)
        # An object store has no empty folders.
        with fileio.open(os.path.join(model.uri, _NO_MODEL), "w") as file:
            file.write("no model was blessed before\n")
        return
    path = os.path.join(folder, version)
    if not fileio.exists(os.path.join(path, _COMPLETE)):
        raise FileNotFoundError(f"there is no blessed model {path}")
    io_utils.copy_dir(path, model.uri)
    fileio.remove(os.path.join(model.uri, _COMPLETE))


def is_no_model(artifact: types.Artifact) -> bool:
    """Whether the artifact stands for "no model": runners without optional inputs need one."""
    return fileio.exists(os.path.join(artifact.uri, _NO_MODEL))
