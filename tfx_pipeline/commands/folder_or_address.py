"""The type of an option that takes a folder of this machine or of object storage."""

from __future__ import annotations

from typing import Any

import click


class _FolderOrAddress(click.Path):
    """A path as it was given; a folder of this machine must be there.

    What is at an address (gs://, s3://) is seen by TensorFlow only, which is slow to import.
    """

    def __init__(self) -> None:
        super().__init__(exists=True, file_okay=False)

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        if "://" in str(value):
            return value
        return super().convert(value, param, ctx)


FOLDER_OR_ADDRESS = _FolderOrAddress()
"""Gives a string."""
