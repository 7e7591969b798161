"""Packages depend one way only: tfx_pipeline -> components -> models; serving stands apart."""

from __future__ import annotations

import ast
import pathlib

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
OURS = {"tfx_pipeline", "components", "models", "serving"}
ALLOWED = {
    "models": {"models"},
    "components": {"components", "models"},
    "serving": {"serving"},
    "tfx_pipeline": OURS,
}


def _imports(path: pathlib.Path) -> set[str]:
    """Top-level packages that a file imports, in functions too."""
    packages = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            packages |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            packages.add(path.parent.name if node.level else str(node.module).split(".")[0])
    return packages


@pytest.mark.parametrize("package", ALLOWED)
def test_a_package_imports_only_those_below_it(package):
    files = sorted((REPOSITORY / package).rglob("*.py"))
    assert len(files) > 5
    imports = {str(path.relative_to(REPOSITORY)): _imports(path) & OURS for path in files}
    assert {
        path: found - ALLOWED[package]
        for path, found in imports.items()
        if found - ALLOWED[package]
    } == {}


def test_no_package_imports_the_tests():
    for package in ALLOWED:
        for path in (REPOSITORY / package).rglob("*.py"):
            assert "tests" not in _imports(path), path
