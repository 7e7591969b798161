"""What all pages, and the model card, have in common: templates, and files put inside."""

from __future__ import annotations

import base64
import json
import mimetypes
import pathlib
import re
from typing import Any

import jinja2
import markupsafe

_SECTION = re.compile(
    r'<section id="([^"]+)">\s*(?:<details>\s*<summary>)?\s*<h2>(.*?)</h2>', re.DOTALL
)


def render_page(template: str, **content: Any) -> str:
    """Renders a template of this package.

    Args:
        template: name of its file.
        content: its variables.

    Returns:
        HTML that needs no other file, or the text of another kind that the template's name tells.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(pathlib.Path(__file__).parent),
        autoescape=jinja2.select_autoescape(["html.j2"]),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["prose"] = _prose
    return environment.get_template(template).render(
        embed=_data_uri, sections_of=_sections_of, **content
    )


def load_json(folder: str, name: str) -> Any:
    """Reads a JSON file of an artifact; None if there is none."""
    if not folder or not (pathlib.Path(folder) / name).is_file():
        return None
    return json.loads((pathlib.Path(folder) / name).read_text())


def _sections_of(page: str) -> list[tuple[str, markupsafe.Markup]]:
    """(id, heading) of every section of a part of a page."""
    return [(name, markupsafe.Markup(title)) for name, title in _SECTION.findall(page)]


def _prose(text: str) -> markupsafe.Markup:
    """A sentence as HTML: what stands between backticks is code."""
    return markupsafe.Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(markupsafe.escape(text))))


def _data_uri(folder: str, name: str) -> str:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    content = base64.b64encode((pathlib.Path(folder) / name).read_bytes()).decode()
    return f"data:{kind};base64,{content}"
