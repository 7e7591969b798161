"""Packages depend one way only: tfx_pipeline -> api -> components -> models; serving on none."""

from __future__ import annotations

import ast
import pathlib

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
NAMESPACE = "objects_that_sound"
OURS = {"tfx_pipeline", "api", "components", "models", "serving"}
ALLOWED = {
    "models": {"models"},
    "components": {"components", "models", "serving"},
    "serving": {"serving"},
    "api": {"api", "components", "models", "serving"},
    "tfx_pipeline": OURS,
}


def _modules(path: pathlib.Path) -> set[str]:
    """Modules that a file imports, in functions too."""
    modules = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports by a relative name"
            modules.add(str(node.module))
            if node.module == NAMESPACE:
                modules |= {f"{NAMESPACE}.{alias.name}" for alias in node.names}
    return modules


def _imports(path: pathlib.Path) -> set[str]:
    """Our packages that a file imports, without the namespace; others' top-level names."""
    return {name.removeprefix(f"{NAMESPACE}.").split(".")[0] for name in _modules(path)}


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


def test_components_know_a_server_by_its_clients_and_its_launcher_only():
    allowed = {f"{NAMESPACE}.serving.{name}" for name in ("client", "launcher")}
    for path in (REPOSITORY / "components").rglob("*.py"):
        for module in _modules(path):
            if module.startswith(f"{NAMESPACE}.serving"):
                assert ".".join(module.split(".")[:3]) in allowed, (path, module)


def test_no_package_imports_the_tests():
    for package in ALLOWED:
        for path in (REPOSITORY / package).rglob("*.py"):
            assert "tests" not in _imports(path), path


def test_our_packages_are_imported_by_the_names_that_they_install_as():
    folders = (*ALLOWED, "tests", "benchmarks", NAMESPACE)
    files = [path for name in folders for path in (REPOSITORY / name).rglob("*.py")]
    bare = {
        (str(path.relative_to(REPOSITORY)), module)
        for path in files
        for module in _modules(path)
        if module.split(".")[0] in OURS
    }
    assert bare == set()


def test_only_the_command_line_knows_click():
    """All else raises errors of its own, and tells of its progress to who listens."""
    command_line = ("commands/", "cli.py", "lazy_group.py", "knobs/click_options.py")
    wrong = [
        str(path.relative_to(REPOSITORY))
        for package in ALLOWED
        for path in sorted((REPOSITORY / package).rglob("*.py"))
        if "click" in _imports(path)
        and not str(path.relative_to(REPOSITORY)).startswith(
            tuple(f"tfx_pipeline/{name}" for name in command_line)
        )
    ]
    assert wrong == []
