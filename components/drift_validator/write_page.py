"""Writes the page that shows what was compared."""

from __future__ import annotations

import base64
import os
import pathlib
from collections.abc import Mapping, Sequence

import jinja2
import tensorflow as tf

from objects_that_sound.components.drift_validator.comparison import DRIFT, Comparison

PAGE_FILE = "index.html"


def write_page(
    folder: str, title: str, comparisons: Sequence[Comparison], pictures: Mapping[str, str]
) -> None:
    """Writes `index.html`, which needs no other file.

    Args:
        folder: existing one.
        title: heading.
        comparisons: of all kinds.
        pictures: by kind, the path of its PNG file.
    """
    sections = []
    for kind, path in pictures.items():
        with tf.io.gfile.GFile(path, "rb") as file:
            picture = base64.b64encode(file.read()).decode()
        heading = "This span and the one before" if kind == DRIFT else "Splits train and eval"
        of_kind = [one for one in comparisons if one.kind == kind]
        sections.append({"title": heading, "picture": picture, "comparisons": of_kind})
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(pathlib.Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    failures = [one for one in comparisons if not one.passed]
    page = environment.get_template("page.html.j2").render(
        title=title,
        passed=not failures,
        failures=failures,
        count=len(comparisons),
        sections=sections,
    )
    with tf.io.gfile.GFile(os.path.join(folder, PAGE_FILE), "w") as file:
        file.write(page)
