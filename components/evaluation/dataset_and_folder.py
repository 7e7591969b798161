"""A public benchmark, as an option of a run names it."""

from __future__ import annotations


def dataset_and_folder(text: str) -> tuple[str, str]:
    """Reads DATASET:FOLDER; both are empty where nothing is said.

    Raises:
        ValueError: one of the two is missing.
    """
    dataset, _, folder = text.partition(":")
    if text and not (dataset and folder):
        raise ValueError(f"benchmark {text!r} is not DATASET:FOLDER, as in esc10:data/esc10")
    return dataset, folder
