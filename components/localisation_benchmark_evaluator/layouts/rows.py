"""Reads the lists of benchmarks."""

from __future__ import annotations

import csv
import json
import pathlib
from collections.abc import Sequence

from objects_that_sound.components.evaluation.benchmark_error import BenchmarkError


def csv_rows(path: pathlib.Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Reads a CSV file with a header.

    Args:
        path: path of the file.
        columns: names of columns that it must have.

    Raises:
        BenchmarkError: the file is not there, is no text, or lacks a column.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            missing = set(columns) - set(reader.fieldnames or ())
            if missing:
                raise BenchmarkError(f"{path} has no column {sorted(missing)[0]!r}")
            return [{key: value or "" for key, value in row.items() if key} for row in reader]
    except FileNotFoundError as error:
        raise BenchmarkError(f"{path} is not there") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BenchmarkError(f"{path} can't be read: {error}") from error


def json_rows(path: pathlib.Path, keys: Sequence[str]) -> list[dict]:
    """Reads a JSON list of objects.

    Args:
        path: path of the file.
        keys: names that every object must have.

    Raises:
        BenchmarkError: the file is not there, or is something else.
    """
    try:
        rows = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise BenchmarkError(f"{path} can't be read: {error}") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BenchmarkError(f"{path} is no list of objects")
    for number, row in enumerate(rows):
        missing = set(keys) - set(row)
        if missing:
            raise BenchmarkError(f"{path}: object {number} has no {sorted(missing)[0]!r}")
    return rows
