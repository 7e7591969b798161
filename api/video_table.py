"""Answers about many videos as one table in a file."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from objects_that_sound.api.media_reader import MediaReader
from objects_that_sound.api.unusable_file_error import UnusableFileError
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.models.whole_file import whole_file

if TYPE_CHECKING:
    from objects_that_sound.components.video_example_gen.storage import FileInfo
    from objects_that_sound.serving.client.model_client import Image, ModelClient

SUFFIXES = (".parquet", ".npz")
UNFINISHED = ".unfinished"
"""Suffix of the folder beside the file that keeps the videos that are done, until all are."""

_ROWS_AT_ONCE = 20_000

Question = Callable[[list["Image"], list[bytes]], Sequence[Mapping[str, "np.ndarray | float"]]]
"""From images and their sounds to a row of named columns for each."""


class VideoTable(NamedTuple):
    """What was written.

    Attributes:
        rows: number of moments.
        videos: number of videos that gave some.
        kept: number of those that an earlier, interrupted call had done.
        rejects: the others, with the reason of each.
        failed: number of damaged moments of videos that gave others.
    """

    rows: int
    videos: int
    kept: int
    rejects: tuple[UnusableFileError, ...]
    failed: int


def write_video_table(
    output: str,
    videos: Sequence[FileInfo],
    client: ModelClient,
    question: Question,
    *,
    every: float,
    about: str,
    workers: int = 1,
    done: Callable[[], object] = lambda: None,
) -> VideoTable:
    """Asks about moment after moment of all videos, and writes the answers.

    Columns are `video` (its path), `time` (seconds) and those of the answers. What is done is kept
    in a folder beside the file until the table is whole: the same call goes on from there. It is
    dropped for videos that changed, and for another model.

    Args:
        output: path of the file to write, a .parquet or .npz.
        videos: files to ask about.
        client: client that `question` asks.
        question: is asked about some images and their sounds at a time.
        every: seconds from moment to moment.
        about: what is asked: answers to other questions are not taken up.
        workers: number of videos that are read at once.
        done: is called after each video.

    Raises:
        ValueError: no video could be used; names the first with its reason.
        RuntimeError: the server went over to another version meanwhile.
        OSError: the file can't be written.
        ConnectionError, TimeoutError, ModelServerError: of the client.
    """
    folder = output + UNFINISHED
    os.makedirs(folder, exist_ok=True)
    model = _identity(client)
    parts = [os.path.join(folder, _part_name(video, model, every, about)) for video in videos]
    missing = [pair for pair in zip(videos, parts, strict=True) if not os.path.exists(pair[1])]
    for _ in range(len(videos) - len(missing)):
        done()
    rejects = []
    executor = ThreadPoolExecutor(workers)
    try:
        with MediaReader(client.describe(), workers) as reader:
            tasks = [
                executor.submit(_ask, reader, video.path, part, every, question)
                for video, part in missing
            ]
            for reject in _results(tasks):
                rejects += [reject] if reject else []
                done()
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
    if _identity(client) != model:
        raise RuntimeError(
            "the server changed to another version of the model in the meantime: give the command again"
        )
    there = [pair for pair in zip(videos, parts, strict=True) if os.path.exists(pair[1])]
    rejects.sort(key=lambda error: error.path)
    if not there:
        os.rmdir(folder) if not os.listdir(folder) else None
        raise ValueError(f"none of {len(videos)} videos could be used, for example {rejects[0]}")
    write = _write_parquet if output.endswith(".parquet") else _write_npz
    with whole_file(output) as unfinished:
        rows, failed = write(unfinished, there)
    shutil.rmtree(folder)
    return VideoTable(rows, len(there), len(videos) - len(missing), tuple(rejects), failed)


def _results(
    tasks: Iterable[Future[UnusableFileError | None]],
) -> Iterator[UnusableFileError | None]:
    for task in as_completed(tasks):
        yield task.result()


def _ask(
    reader: MediaReader, video: str, part: str, every: float, question: Question
) -> UnusableFileError | None:
    """Asks about a video and keeps the answers; returns why there are none."""
    times, rows, failed = [], [], []
    try:
        _, answers = reader.ask(video, every, question)
        for time, answer in answers:
            if isinstance(answer, MediaError):
                failed.append(answer)
            else:
                times.append(time)
                rows.append(answer)
    except UnusableFileError as error:
        return error
    if not rows:
        return UnusableFileError(video, failed[0].reason, failed[0].detail)
    columns = {
        name: np.stack([np.asarray(row[name], np.float32) for row in rows]) for name in rows[0]
    }
    with whole_file(part) as unfinished, open(unfinished, "wb") as file:
        np.savez(file, time=np.array(times, np.float64), _failed=len(failed), **columns)
    return None


def _columns(
    there: Iterable[tuple[FileInfo, str]],
) -> Iterator[tuple[str, dict[str, np.ndarray], int]]:
    """Path, columns and number of damaged moments of each video."""
    for video, part in there:
        with np.load(part) as columns:
            found = dict(columns)
        failed = int(found.pop("_failed"))
        yield video.path, found, failed


def _write_parquet(path: str, there: Iterable[tuple[FileInfo, str]]) -> tuple[int, int]:
    import pyarrow as pa
    from pyarrow import parquet

    rows = failed = 0
    writer: parquet.ParquetWriter | None = None
    waiting: list[pa.Table] = []

    def write() -> None:
        nonlocal writer, waiting
        table = pa.concat_tables(waiting)
        writer = writer or parquet.ParquetWriter(path, table.schema)
        writer.write_table(table)
        waiting = []

    for video, columns, damaged in _columns(there):
        count = len(columns["time"])
        table = {"video": pa.array([video] * count)}
        table |= {name: _arrow(values) for name, values in columns.items()}
        waiting.append(pa.table(table))
        rows, failed = rows + count, failed + damaged
        if sum(map(len, waiting)) >= _ROWS_AT_ONCE:
            write()
    if waiting:
        write()
    if writer is not None:
        writer.close()
    return rows, failed


def _arrow(values: np.ndarray):
    import pyarrow as pa

    if values.ndim == 1:
        return pa.array(values)
    return pa.FixedSizeListArray.from_arrays(pa.array(values.reshape(-1)), values.shape[1])


def _write_npz(path: str, there: Iterable[tuple[FileInfo, str]]) -> tuple[int, int]:
    found = list(_columns(there))
    names = np.repeat([video for video, _, _ in found], [len(one["time"]) for _, one, _ in found])
    columns = {name: np.concatenate([one[name] for _, one, _ in found]) for name in found[0][1]}
    with open(path, "wb") as file:
        np.savez(file, video=names, **columns)
    return len(names), sum(failed for _, _, failed in found)


def _identity(client: ModelClient) -> str:
    """Changes when the model does."""
    folder = getattr(client, "folder", None)
    if folder is None:
        served = [one.version for one in client.model_status() if one.state == "AVAILABLE"]
        return f"{client.server}/{client.model_name}/{sorted(served)}"
    status = os.stat(os.path.join(folder, "saved_model.pb"))
    return f"{os.path.abspath(folder)}/{status.st_size}/{status.st_mtime_ns}"


def _part_name(video: FileInfo, model: str, every: float, about: str) -> str:
    of = repr((video.path, video.size, video.modified, model, every, about))
    return hashlib.sha256(of.encode("utf-8", "surrogateescape")).hexdigest()[:32] + ".npz"
