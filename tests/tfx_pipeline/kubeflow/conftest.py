"""A compiled pipeline, and what runs it without a cluster."""

from __future__ import annotations

import importlib.util
import pathlib
import sys
from collections.abc import Callable
from types import ModuleType

import pytest
from click.testing import CliRunner

from objects_that_sound.tfx_pipeline.cli import main

IMAGE = "registry.example/objects-that-sound:1.0"


@pytest.fixture(scope="session")
def local_kubeflow() -> ModuleType:
    """The module beside this one."""
    name = "local_kubeflow"
    path = pathlib.Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., pathlib.Path]:
    """`compiled(*options)`: the file that `ots compile` writes."""

    def run(*options: str) -> pathlib.Path:
        path = tmp_path_factory.mktemp("compiled") / "pipeline.yaml"
        arguments = ["compile", "--target", "kubeflow", "--image", IMAGE, "--output", str(path)]
        result = CliRunner().invoke(main, [*arguments, *options])
        assert result.exit_code == 0, result.output
        return path

    return run


@pytest.fixture(scope="session")
def package(compiled) -> pathlib.Path:
    """Compiled without options."""
    return compiled()
