"""Fits the pages, which are written for readers of the repository, to the site."""

from __future__ import annotations

import posixpath
import re

_LINK = re.compile(r"(!?)\[([^\]]+)\]\(([^)\s]+)\)")


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
