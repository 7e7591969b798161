"""Reading files by path, on this machine or on storage that Beam knows (gs://, s3://, hdfs://)."""

from __future__ import annotations

import glob
import os
from typing import BinaryIO

from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems


def is_remote(path: str) -> bool:
    """Whether a path has a scheme, as in gs://bucket/video.mp4."""
    return "://" in path


def open_source(path: str) -> str | BinaryIO:
    """What `components.media` takes for a path: a local path as it is, else an open file."""
    if not is_remote(path):
        return path
    return FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED)


def read_lines(path: str) -> list[str]:
    """Lines of a UTF-8 text file, with their ends; names that are not UTF-8 survive.

    Raises:
        OSError: there is no such file, or it can't be read.
    """
    with FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED) as file:
        text = file.read().decode("utf-8", "surrogateescape")
    return text.splitlines(keepends=True)


def exists(path: str) -> bool:
    """Whether there is a file at a path."""
    return FileSystems.exists(path)


def match(pattern: str) -> list[str]:
    """Files that a glob names; `**` reaches any depth. Sorted."""
    if is_remote(pattern):
        return sorted(metadata.path for metadata in FileSystems.match([pattern])[0].metadata_list)
    return sorted(path for path in glob.iglob(pattern, recursive=True) if not os.path.isdir(path))
