"""Networks, layers and losses run on every Keras backend: they never import TensorFlow."""

from __future__ import annotations

import ast
import pathlib
import sys

import pytest

from objects_that_sound import models

_OURS = "objects_that_sound.models"
_MODELS = pathlib.Path(models.__path__[0])
_SOURCES = sorted(
    path for folder in ("networks", "layers", "losses") for path in (_MODELS / folder).rglob("*.py")
)


def _imported(path: pathlib.Path) -> set[str]:
    """Top-level names for others' modules, full names for ours."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module
            names.add(node.module)
    return {name if name.startswith(_OURS) else name.split(".")[0] for name in names}


def test_there_are_sources():
    assert len(_SOURCES) > 10


@pytest.mark.parametrize("path", _SOURCES, ids=lambda path: str(path.relative_to(_MODELS)))
def test_only_keras_and_our_own_backend_free_modules_are_imported(path):
    ours = (
        "objects_that_sound.models.augmentation",
        "objects_that_sound.models.network_config",
        "objects_that_sound.models.training_config",
        "objects_that_sound.models.networks",
        "objects_that_sound.models.layers",
        "objects_that_sound.models.losses",
    )
    strange = {
        name
        for name in _imported(path)
        if name not in sys.stdlib_module_names
        and name not in ("keras", "numpy")  # NumPy makes constants
        and not name.startswith(ours)
    }
    assert not strange


def test_the_configurations_need_no_backend_either():
    known = sys.stdlib_module_names | {
        "annotated_types",
        "objects_that_sound.models.augmentation",
        "objects_that_sound.models.declared",
    }
    for name in ("augmentation", "network_config", "training_config", "declared"):
        assert _imported(_MODELS / f"{name}.py") <= known
