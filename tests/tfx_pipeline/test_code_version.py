"""Which code runs, with git and without."""

from __future__ import annotations

import pathlib
import shutil
import subprocess

import pytest

from objects_that_sound.tfx_pipeline import code_version as module

MODULE = pathlib.Path(module.__file__)


@pytest.fixture
def installed(tmp_path, monkeypatch) -> pathlib.Path:
    """The module as if it lay in a checkout of its own."""
    folder = tmp_path / "checkout" / "tfx_pipeline"
    folder.mkdir(parents=True)
    copy = folder / MODULE.name
    shutil.copy(MODULE, copy)
    monkeypatch.setattr(module, "__file__", str(copy))
    monkeypatch.delenv(module.COMMIT_VARIABLE, raising=False)
    module.code_version.cache_clear()
    yield copy
    module.code_version.cache_clear()


def _git(folder: pathlib.Path, *arguments: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b")
    return subprocess.run(
        ["git", "-C", str(folder), *identity, *arguments],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


@pytest.fixture
def commit(installed) -> str:
    if shutil.which("git") is None:
        pytest.skip("git is not here")
    root = installed.parent.parent
    _git(root, "init", "-q")
    _git(root, "add", ".")
    _git(root, "commit", "-qm", "x")
    return _git(root, "rev-parse", "HEAD")


def test_the_commit_is_known_in_a_checkout(commit):
    version = module.code_version()
    assert version["git_commit"] == commit
    assert version["package"] and version["tfx"] and version["tensorflow"]


def test_changes_are_told(commit, installed):
    installed.write_text(installed.read_text() + "# changed\n")
    assert module.code_version()["git_commit"] == f"{commit}+changes"


def test_another_projects_checkout_is_not_ours(commit, installed):
    root = installed.parent.parent
    _git(root, "rm", "-q", "--cached", str(installed))
    (root / "other").touch()
    _git(root, "add", "other")
    _git(root, "commit", "-qm", "y")
    assert module.code_version()["git_commit"] == ""


def test_without_a_checkout_the_environment_may_know(installed, monkeypatch):
    monkeypatch.setattr(module.subprocess, "run", _no_git)
    assert module.code_version()["git_commit"] == ""
    module.code_version.cache_clear()
    monkeypatch.setenv(module.COMMIT_VARIABLE, "abc123")
    assert module.code_version()["git_commit"] == "abc123"


def _no_git(*args, **kwargs):
    raise FileNotFoundError("git")
