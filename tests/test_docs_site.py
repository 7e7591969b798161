"""The documentation as a site: every page is in it, and it builds without a warning."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
from types import SimpleNamespace

import pytest
import yaml

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent


def _pages(nav: list | dict | str) -> list[str]:
    if isinstance(nav, str):
        return [nav]
    values = nav.values() if isinstance(nav, dict) else nav
    return [page for value in values for page in _pages(value)]


def test_the_navigation_lists_every_page_once():
    listed = _pages(yaml.safe_load((REPOSITORY / "mkdocs.yml").read_text())["nav"])
    docs = REPOSITORY / "docs"
    assert sorted(listed) == sorted(p.relative_to(docs).as_posix() for p in docs.rglob("*.md"))


@pytest.mark.parametrize(
    ("page", "link", "expected"),
    [
        ("tutorial.md", "[a](report.md#x)", "[a](report.md#x)"),
        ("laboratory/training.md", "[a](../report.md)", "[a](../report.md)"),
        ("tutorial.md", "[a](../README.md)", "a"),
        ("laboratory/training.md", "[`a`](../../models/a.py)", "`a`"),
        ("tutorial.md", "[a](https://x.org/a_(b)", "[a](https://x.org/a_(b)"),
        ("tutorial.md", "[a](#here)", "[a](#here)"),
        ("tutorial.md", "![a](images/a.png)", "![a](images/a.png)"),
    ],
)
def test_links_out_of_the_site_become_plain_text(monkeypatch, page, link, expected):
    monkeypatch.syspath_prepend(REPOSITORY)
    from mkdocs_hooks import on_page_markdown

    files = SimpleNamespace(get_file_from_path=lambda path: path if path == "report.md" else None)
    given = SimpleNamespace(file=SimpleNamespace(src_uri=page))
    config = SimpleNamespace(repo_url=None)
    assert on_page_markdown(link, page=given, config=config, files=files) == expected


def test_links_out_of_the_site_lead_to_the_repository_where_it_is_known(monkeypatch):
    monkeypatch.syspath_prepend(REPOSITORY)
    from mkdocs_hooks import on_page_markdown

    files = SimpleNamespace(get_file_from_path=lambda path: None)
    given = SimpleNamespace(file=SimpleNamespace(src_uri="laboratory/training.md"))
    config = SimpleNamespace(repo_url="https://example.org/ots/")
    made = on_page_markdown("[a](../../models/a.py)", page=given, config=config, files=files)
    assert made == "[a](https://example.org/ots/blob/main/models/a.py)"


def test_it_builds_without_a_warning(tmp_path):
    pytest.importorskip("mkdocstrings", reason="mkdocstrings is not installed: the extra docs")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict"]
    built = subprocess.run(
        [*command, "--site-dir", str(tmp_path / "site")],
        cwd=REPOSITORY,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert (built.returncode, built.stdout + built.stderr) == (0, "")
    assert "run_fn" in (tmp_path / "site" / "api" / "models.html").read_text()
