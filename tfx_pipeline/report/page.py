"""What all pages have in common: templates, and files put inside the page."""

from __future__ import annotations

import base64
import json
import mimetypes
import pathlib
from typing import Any

import jinja2


def render_page(template: str, **content: Any) -> str:
    """Renders a template of this package.

    Args:
        template: name of its file.
        content: its variables.

    Returns:
        HTML that needs no other file.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(pathlib.Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template(template).render(embed=_data_uri, **content)


def load_json(folder: str, name: str) -> Any:
    """Reads a JSON file of an artifact; None if there is none."""
    if not folder or not (pathlib.Path(folder) / name).is_file():
        return None
    return json.loads((pathlib.Path(folder) / name).read_text())


def _data_uri(folder: str, name: str) -> str:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    content = base64.b64encode((pathlib.Path(folder) / name).read_bytes()).decode()
    return f"data:{kind};base64,{content}"
