"""docs/walkthrough.ipynb was executed from its first cell to its last, and can be again."""

from __future__ import annotations

import pathlib
import re

import pytest

nbformat = pytest.importorskip("nbformat", reason="reads notebooks; TFX 1.21 does not bring it")

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
NOTEBOOK = REPOSITORY / "docs" / "walkthrough.ipynb"


def _code_cells(notebook) -> list:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _text(notebook) -> str:
    """All that is printed and shown as text."""
    outputs = [output for cell in _code_cells(notebook) for output in cell.outputs]
    shown = [output.get("data", {}) for output in outputs]
    found = [output.get("text", "") for output in outputs]
    kinds = ("text/plain", "text/markdown", "text/html")
    found += [data.get(kind, "") for data in shown for kind in kinds]
    return "\n".join(found)


def test_it_was_executed_in_order_without_errors():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    cells = _code_cells(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    kinds = {output.output_type for cell in cells for output in cell.outputs}
    assert "error" not in kinds
    assert "**Blessed**" in _text(notebook)
    _assert_the_model_shows_itself(notebook)
    assert NOTEBOOK.stat().st_size < 1_000_000


def _assert_the_model_shows_itself(notebook) -> None:
    """By the interface for one's own code: a heat map with its sound, and what a search found."""
    assert "ots.load(" in "".join(cell.source for cell in _code_cells(notebook))
    text = _text(notebook)
    assert re.search(r'<figure><img alt="video_\d+\.\w+ at 1\.50 s\. .*<audio controls', text)
    assert re.search(r"<caption>Sounds for video_.*<caption>Images for video_", text)


def test_nothing_of_the_machine_it_ran_on_is_in_it():
    text = NOTEBOOK.read_text()
    assert "/tmp/" not in text
    assert str(REPOSITORY) not in text
    assert "Warning" not in text


@pytest.mark.slow
def test_it_runs():
    nbclient = pytest.importorskip("nbclient")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    for cell in _code_cells(notebook):
        cell.outputs, cell.execution_count = [], None
    nbclient.NotebookClient(
        notebook, timeout=1800, resources={"metadata": {"path": str(REPOSITORY)}}
    ).execute()
    text = _text(notebook)
    assert "num_rejects 3" in text
    assert "**Blessed**" in text
    _assert_the_model_shows_itself(notebook)
