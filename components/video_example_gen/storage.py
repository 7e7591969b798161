"""Files by path, on this machine or on storage that Beam knows (gs://, s3://, hdfs://).

Beam is imported only for the latter: `ots` lists local videos without it.
"""

from __future__ import annotations

import contextlib
import glob
import io
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from objects_that_sound.components.media import media_error
from objects_that_sound.components.media.media_error import MediaError

_TRIES = 3
_WAIT_SECONDS = 0.5  # doubles from try to try


class FileInfo(NamedTuple):
    """What a storage knows of a file.

    Attributes:
        path: of the file.
        size: in bytes; "" where there is no such file.
        modified: changes when the file does; "" where it is not known.
    """

    path: str
    size: str = ""
    modified: str = ""


def is_remote(path: str) -> bool:
    """Whether a path has a scheme, as in gs://bucket/video.mp4."""
    return "://" in path


@contextlib.contextmanager
def local_copy(path: str) -> Iterator[str]:
    """Gives a local file with the content of any file.

    Yields:
        The path itself if it is local; else that of a copy with the same suffix, which is removed
        afterwards.

    Raises:
        MediaError: missing_file; cannot_open where three tries to copy it failed.
    """
    if not is_remote(path):
        try:
            os.stat(path)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise _missing(path) from error
        except (OSError, ValueError) as error:
            raise _cannot_open(error) from error
        yield path
        return
    suffix = os.path.splitext(path)[1].replace("/", "")
    descriptor, copy = tempfile.mkstemp(prefix="ots-video-", suffix=suffix)
    os.close(descriptor)
    try:
        _copy(path, copy)
        yield copy
    finally:
        os.unlink(copy)


def read_lines(path: str) -> list[str]:
    """Lines of a UTF-8 text file, with their ends as they are; names that are not UTF-8 survive.

    Lines end as editors and the `csv` module have it; what Unicode and `str.splitlines` call ends of
    lines too may be part of a name.

    Raises:
        OSError: there is no such file, or it can't be read.
    """
    with _open(path) if is_remote(path) else open(path, "rb") as file:
        # Spreadsheets begin with a byte order mark.
        text = file.read().decode("utf-8-sig", "surrogateescape")
    return list(io.StringIO(text, newline=""))


def exists(path: str) -> bool:
    """Whether there is a file at a path."""
    return _file_systems().exists(path) if is_remote(path) else os.path.exists(path)


def info(path: str) -> FileInfo:
    """Size and time of a file; empty ones where there is none."""
    if is_remote(path):
        try:
            return _info(_file_systems().get_filesystem(path).metadata(path))
        except Exception:  # every file system has errors of its own
            return FileInfo(path)
    try:
        status = os.stat(path)
    except (OSError, ValueError):  # ValueError: no file can have such a name
        return FileInfo(path)
    return FileInfo(path, str(status.st_size), str(status.st_mtime_ns))


def find(pattern: str) -> list[FileInfo]:
    """Files that a glob names; `**` reaches any depth, none too. Sorted by path.

    Raises:
        OSError: a remote storage can't be asked; why.
    """
    if not is_remote(pattern):
        paths = glob.iglob(pattern, recursive=True)
        return sorted(info(path) for path in paths if not os.path.isdir(path))
    try:
        results = _file_systems().match(list(_depths(pattern)))
    except Exception as error:  # every file system has errors of its own
        raise OSError(f"can't list {pattern}: {error}") from error
    found = {
        metadata.path: _info(metadata)
        for result in results
        for metadata in result.metadata_list
        # Not objects that stand for folders, and, as with local globs, nothing hidden.
        if not metadata.path.endswith("/")
        and metadata.path.count("/.") == pattern.count("/.")
        # Without a wildcard, Beam finds all that begins with the name.
        and (glob.has_magic(pattern) or metadata.path == pattern)
    }
    return sorted(found.values())


def _info(metadata: Any) -> FileInfo:
    """Of Beam's FileMetadata."""
    modified = metadata.last_updated_in_seconds
    return FileInfo(metadata.path, str(metadata.size_in_bytes), str(modified or ""))


def _depths(pattern: str) -> Iterator[str]:
    """For Beam, `a/**/b` has at least one folder between; with the shell and Python it may not."""
    head, between, tail = pattern.partition("/**/")
    if not between:
        yield pattern
        return
    for rest in _depths(tail):
        yield f"{head}/**/{rest}"
        yield f"{head}/{rest}"


def _copy(path: str, target: str) -> None:
    for attempt in range(_TRIES):
        try:
            with _open(path) as source, open(target, "wb") as file:
                shutil.copyfileobj(source, file, 1 << 20)
            return
        except Exception as error:  # every file system has errors of its own
            if _is_gone(path):
                raise _missing(path) from error
            if attempt == _TRIES - 1:
                raise _cannot_open(error) from error
        time.sleep(_WAIT_SECONDS * 2**attempt)


def _is_gone(path: str) -> bool:
    """Whether a storage says for sure that there is no such file."""
    try:
        return not exists(path)
    except Exception:
        return False


def _missing(path: str) -> MediaError:
    return MediaError(media_error.MISSING_FILE, f"there is no file {path}")


def _cannot_open(error: Exception) -> MediaError:
    return MediaError(media_error.CANNOT_OPEN, f"{type(error).__name__}: {error}")


def _open(path: str) -> BinaryIO:
    from apache_beam.io.filesystem import CompressionTypes

    return _file_systems().open(path, compression_type=CompressionTypes.UNCOMPRESSED)


def _file_systems() -> Any:
    from apache_beam.io.filesystems import FileSystems
    from apache_beam.options.pipeline_options import PipelineOptions

    if FileSystems._pipeline_options is None:  # outside a pipeline; S3's can't do without
        FileSystems.set_options(PipelineOptions([]))
    return FileSystems
