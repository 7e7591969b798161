"""Work folders of several machines on one root."""

from __future__ import annotations

import contextlib
import pathlib
import sqlite3
from collections.abc import Callable

import pytest

from objects_that_sound.tfx_pipeline.run_paths import RunPaths


@pytest.fixture
def address(s3, request) -> str:
    return f"{s3}/{request.node.name.translate(str.maketrans('[]=', '...'))}"


@pytest.fixture
def machine(address, tmp_path, monkeypatch) -> Callable[[str], RunPaths]:
    """`machine(name)`: from now on this is a machine of that name; gives its work folder."""

    def machine(name: str) -> RunPaths:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / name))
        return RunPaths.under(address)

    return machine


@pytest.fixture
def write() -> Callable[[RunPaths, str, str], None]:
    """`write(paths, name, content)`: writes a file below a root."""

    def write(paths: RunPaths, name: str, content: str) -> None:
        path = pathlib.Path(paths.root, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)

    return write


@pytest.fixture
def execute() -> Callable[[RunPaths], int]:
    """`execute(paths)`: makes ML Metadata know one execution more, as TFX does; gives its number."""

    def execute(paths: RunPaths) -> int:
        with contextlib.closing(sqlite3.connect(paths.metadata)) as metadata, metadata:
            metadata.execute("CREATE TABLE IF NOT EXISTS Execution (id INTEGER PRIMARY KEY)")
            return metadata.execute("INSERT INTO Execution DEFAULT VALUES").lastrowid

    return execute


@pytest.fixture
def content() -> Callable[[RunPaths], dict[str, str]]:
    """`content(paths)`: what is in a work folder, but for ML Metadata and what is its own."""

    def content(paths: RunPaths) -> dict[str, str]:
        root = pathlib.Path(paths.root)
        return {
            path.relative_to(root).as_posix(): path.read_text() if path.is_file() else "/"
            for path in root.rglob("*")
            if (path.is_file() or not any(path.iterdir()))
            and path.name not in (".lock", ".folder_id", ".copied.json", "metadata.sqlite")
        }

    return content
