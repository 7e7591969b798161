"""Networks, layers and losses run on every Keras backend: they never import TensorFlow."""

from __future__ import annotations

import ast
import pathlib

import pytest

import models

_MODELS = pathlib.Path(models.__path__[0])
_SOURCES = sorted(
    path for folder in ("networks", "layers", "losses") for path in (_MODELS / folder).rglob("*.py")
)


def _imported(path: pathlib.Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or ".")
    return names


def test_there_are_sources():
    assert len(_SOURCES) > 10


@pytest.mark.parametrize("path", _SOURCES, ids=lambda path: str(path.relative_to(_MODELS)))
def test_only_keras_and_our_own_backend_free_modules_are_imported(path):
    allowed = ("__future__", "abc", "collections.abc", "keras", "models.network_config")
    ours = ("models.networks.", "models.layers.", "models.losses")
    strange = {name for name in _imported(path) if name not in allowed}
    assert not {name for name in strange if not name.startswith(ours)}


def test_the_configuration_needs_no_backend_either():
    assert _imported(_MODELS / "network_config.py") <= {
        "__future__",
        "dataclasses",
        "collections.abc",
        "typing",
    }
