"""Fits the pages, which are written for readers of the repository, to the site."""

from __future__ import annotations

import ast
import os
import pathlib
import posixpath
import re

from mkdocs.plugins import event_priority

_REPOSITORY = pathlib.Path(__file__).resolve().parent
_PACKAGES = _REPOSITORY / "build" / "packages" / "objects_that_sound"
_LINK = re.compile(r"(!?)\[([^\]]+)\]\(([^)\s]+)\)")


@event_priority(100)  # before the plugin of the reference looks for the packages
def on_config(config):
    """Links the folders as the packages that setup.py makes of them, for the reference of the API."""
    tree = ast.parse((_REPOSITORY / "setup.py").read_text())
    [folders] = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "FOLDERS"
    ]
    _PACKAGES.mkdir(parents=True, exist_ok=True)
    for path in ("objects_that_sound/__init__.py", *folders):
        link = _PACKAGES / posixpath.basename(path)
        if not link.is_symlink():
            os.symlink(_REPOSITORY / path, link)
    return config


def on_page_markdown(markdown: str, *, page, config, files) -> str:
    """Replaces links to files outside `docs`, which the site does not have, by their text."""

    def replace(match: re.Match) -> str:
        mark, text, target = match.groups()
        path = target.partition("#")[0]
        if mark or not path or re.match(r"[a-z]+:", path):
            return match[0]
        found = posixpath.normpath(posixpath.join(posixpath.dirname(page.file.src_uri), path))
        if files.get_file_from_path(found) is not None:
            return match[0]
        if config.repo_url:
            at_root = posixpath.normpath(posixpath.join("docs", found))
            return f"[{text}]({config.repo_url.rstrip('/')}/blob/main/{at_root})"
        return text

    return _LINK.sub(replace, markdown)
