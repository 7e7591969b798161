"""Files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator

UNFINISHED = ".part-"
"""Names of unfinished files begin so: a killed process leaves one behind."""


@contextlib.contextmanager
def whole_file(path: str | os.PathLike[str], aside: str | None = None) -> Iterator[str]:
    """A context in which a file is written under another name, and gets its own at the end.

    If the block raises, the unfinished file is removed, and what was at `path` stays.

    Args:
        path: of the file, on this machine or on storage that TensorFlow knows (`gs://...`).
        aside: folder of the unfinished file, on the same file system; None: that of `path`.

    Yields:
        The path to write to.
    """
    path = os.fspath(path)
    folder = os.path.dirname(path) if aside is None else aside
    unfinished = os.path.join(folder, UNFINISHED + uuid.uuid4().hex)
    local = "://" not in path
    try:
        yield unfinished
        if local:
            os.replace(unfinished, path)
        else:
            _files().rename(unfinished, path, overwrite=True)
    except BaseException:
        with contextlib.suppress(Exception):  # the first error tells more
            (os.unlink if local else _files().remove)(unfinished)
        raise


def _files():
    import tensorflow as tf  # takes seconds, which callers with local files need not wait for

    return tf.io.gfile
