"""Paths that TensorFlow and TFX can take literally."""

from __future__ import annotations

_PATTERN = "*?[\\"  # of tf.io.gfile.glob and Beam
_REGEX_AND_SPANS = "{}^$|]"  # TFX's search for spans escapes . + ( ) only


def check_literal_path(path: str, name: str, *, spans: bool = False) -> None:
    """Refuses a folder's path that TensorFlow takes for a pattern: it then finds no files, or others'.

    TFX and its components glob below the folders that they are given, and TensorFlow globs for the
    variables of a SavedModel; none of them escapes anything.

    Args:
        path: of the folder.
        name: what messages call it.
        spans: whether TFX looks for spans below it.

    Raises:
        ValueError: it has such characters; names them.
    """
    wrong = [one for one in _PATTERN + _REGEX_AND_SPANS * spans if one in path]
    if wrong:
        raise ValueError(
            f"{name} {path} has {' '.join(wrong)} in its path, which TensorFlow takes for a pattern: "
            "rename the folder, or give another"
        )
