"""Search in vector databases beside the index as a SavedModel and faiss: recall, latency, memory."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from benchmarks.serving.postgres_server import PostgresServer
from benchmarks.serving.search import load_index, resident, save_model, unit
from benchmarks.serving.target import Target
from objects_that_sound.components.vector_database.connect_database import connect_database
from objects_that_sound.components.vector_database.moments import Moments
from objects_that_sound.components.vector_database.search_filter import SearchFilter
from objects_that_sound.components.vector_database.vector_database import VectorDatabase

DATABASES = ("milvus", "postgresql")
"""What can be measured."""

_SIZE = 128
_RANK = 16
"""Directions that the vectors mostly lie in: a trained model's are no noise, in which nothing is near."""

_K = 10
_QUERIES = 200
_EACH = 10
"""Moments of a video."""

_BATCH = 10_000
_MISSED = 0.01
_MB = 1 << 20


def measure(folder: pathlib.Path, count: int, databases: Sequence[str] = DATABASES) -> list[Target]:
    """Writes the same vectors everywhere, searches them, and then changes 1 % of the videos.

    Args:
        folder: for index and databases.
        count: vectors of each modality.
        databases: names of `DATABASES`, those to measure.

    Returns:
        Of each database, the share of the exact 10 nearest that it missed, and how many searches
        failed during the update.
    """
    import faiss
    import tensorflow as tf

    generator = np.random.default_rng(0)
    mix = generator.normal(size=(_RANK, _SIZE))

    def draw(number: int) -> np.ndarray:
        noise = generator.normal(size=(number, _SIZE))
        return unit(generator.normal(size=(number, _RANK)) @ mix + noise)

    vectors, queries = draw(count), draw(_QUERIES)
    print(f"  top {_K} of {count:,} x {_SIZE}, {_QUERIES} single queries:")
    before = resident()
    flat = faiss.IndexFlatIP(_SIZE)
    flat.add(vectors)
    memory = resident() - before
    exact = flat.search(queries, _K)[1]
    _tell("faiss IndexFlatIP", exact, exact, _times(lambda q: flat.search(q, _K), queries), memory)
    save_model(folder / "network")
    before = resident()
    signature = load_index(folder, vectors, "int16")
    memory = resident() - before

    def ask(query: np.ndarray) -> np.ndarray:
        media = tf.constant([query.tobytes()])
        ids = signature(image=media, k=tf.constant([_K]))["ids"].numpy()
        return np.char.decode(ids[0].astype(bytes)).astype(int)

    found = np.array([ask(query) for query in queries])
    _tell("SavedModel, int16", found, exact, _times(lambda q: ask(q[0]), queries), memory)
    targets = []
    opened = {"milvus": _milvus, "postgresql": _postgres}
    for database in databases:
        with opened[database](folder) as target:
            if target is not None:
                targets += _measure(target, vectors, queries, exact)
    return targets


@dataclasses.dataclass(frozen=True)
class _Database:
    """What is measured.

    Attributes:
        name: for people.
        writer: a connection.
        reader: another one, where the database takes two.
        processes: ids of those that it runs in, now.
    """

    name: str
    writer: VectorDatabase
    reader: VectorDatabase
    processes: Callable[[], list[int]]

    @property
    def memory(self) -> int:
        """Bytes of all processes."""
        return sum(map(_proportional, self.processes()))

    @property
    def cpu_seconds(self) -> float:
        """CPU time of all processes, and of this one."""
        return time.process_time() + sum(map(_cpu_seconds, self.processes()))


@contextlib.contextmanager
def _milvus(folder: pathlib.Path) -> Iterator[_Database]:
    others = set(_children())
    with connect_database(f"milvus://{folder}/index.db") as database:
        yield _Database("Milvus Lite", database, database, lambda: [*set(_children()) - others])


@contextlib.contextmanager
def _postgres(folder: pathlib.Path) -> Iterator[_Database | None]:
    settings = {"shared_buffers": "512MB", "max_wal_size": "4GB"}
    # PostgreSQL runs as another user, who must reach its folder.
    short = pathlib.Path(tempfile.mkdtemp(prefix="ots-pg-", dir="/tmp"))
    try:
        server = PostgresServer(short, settings)
    except FileNotFoundError as error:
        print(f"    PostgreSQL is left out: {error}")
        yield None
        return
    with (
        server,
        connect_database(server.address) as writer,
        connect_database(server.address) as reader,
    ):
        yield _Database("PostgreSQL, pgvector", writer, reader, lambda: server.processes)


def _measure(
    target: _Database, vectors: np.ndarray, queries: np.ndarray, exact: np.ndarray
) -> list[Target]:
    count, database = len(vectors), target.writer
    start = target.cpu_seconds
    version = database.begin("benchmark", "/model", _SIZE)
    for first in range(0, count, _BATCH):
        rows = range(first, min(count, first + _BATCH))
        database.write(version, _moments(rows, vectors, "a"))
    written = target.cpu_seconds - start
    database.finish(version)
    database.publish(version)
    finished = target.cpu_seconds - start - written
    everything = SearchFilter()

    def search(some: np.ndarray) -> list[list[int]]:
        items = target.reader.search(version, "audio", some, _K, everything)
        return [[int(item.id) * _EACH + int(item.time) for item in found] for found in items]

    found = np.array([search(query[None])[0] for query in queries])
    _tell(target.name, found, exact, _times(search, queries), target.memory)
    print(
        f"      CPU time: {written:.0f} s to write, {finished:.0f} s to make it quick to search "
        f"({finished / written:.1f} times that)"
    )
    changed = range(0, max(_EACH, count // 100 // _EACH * _EACH))
    failures: list[Exception] = []
    times: list[float] = []
    with _searching(lambda: search(queries[:1]), times, failures):
        begin = time.perf_counter()
        database.write(version, _moments(changed, vectors, "b"))
        keep = {str(row // _EACH): "b" for row in changed}
        database.delete(version, keep)
        seconds = time.perf_counter() - begin
    print(
        f"      {len(changed):,} changed in {seconds:.1f} s; of {len(times)} searches meanwhile "
        f"{len(failures)} failed, median {1000 * statistics.median(times or [0]):.1f} ms"
    )
    after = np.array([search(query[None])[0] for query in queries])
    _tell("  after the update", after, exact, _times(search, queries), target.memory)
    missed = 1 - min(_agreement(found, exact), _agreement(after, exact))
    return [
        Target(f"{target.name}, share of the exact {_K} nearest missed", missed, _MISSED),
        Target(f"{target.name}, searches failed during an update", float(len(failures)), 0.0),
    ]


@contextlib.contextmanager
def _searching(
    search: Callable[[], object], times: list[float], failures: list[Exception]
) -> Iterator[None]:
    stop = threading.Event()

    def run() -> None:
        while not stop.is_set():
            start = time.perf_counter()
            try:
                search()
            except Exception as error:
                failures.append(error)
            times.append(time.perf_counter() - start)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _moments(rows: range, vectors: np.ndarray, digest: str) -> Moments:
    """Moments whose video and time tell their row; the frames' vectors are those of the sounds."""
    own = vectors[rows.start : rows.stop]
    return Moments(
        keys=[f"{digest}{row * 7919 % (1 << 32):08x}-{row}" for row in rows],
        videos=[str(row // _EACH) for row in rows],
        digests=[digest] * len(rows),
        times=[float(row % _EACH) for row in rows],
        labels=[f"class {row // _EACH % 100}" for row in rows],
        image=own,
        audio=own,
    )


def _tell(name: str, found: np.ndarray, exact: np.ndarray, times: list[float], memory: int) -> None:
    middle, slow = 1000 * np.percentile(times, (50, 99))
    print(
        f"    {name:22} recall@{_K} {_agreement(found, exact):.3f}   p50 {middle:7.1f} ms   "
        f"p99 {slow:7.1f} ms   {memory / _MB:6.0f} MB in memory"
    )


def _agreement(found: np.ndarray, exact: np.ndarray) -> float:
    pairs = zip(found, exact, strict=True)
    return float(np.mean([len({*one} & {*other}) / _K for one, other in pairs]))


def _times(search: Callable[[np.ndarray], object], queries: np.ndarray) -> list[float]:
    """Seconds of each query, asked alone."""
    times = []
    for query in queries:
        start = time.perf_counter()
        search(query[None])
        times.append(time.perf_counter() - start)
    return times


def _children() -> list[int]:
    """Ids of this process's children, whichever thread began them."""
    tasks = pathlib.Path(f"/proc/{os.getpid()}/task")
    return [int(number) for task in tasks.iterdir() for number in _words(task / "children")]


def _words(path: pathlib.Path) -> list[str]:
    try:
        return path.read_text().split()
    except FileNotFoundError:  # the thread has ended
        return []


def _proportional(process: int) -> int:
    """Bytes of a process in memory, of shared ones its part."""
    with open(f"/proc/{process}/smaps_rollup") as file:
        [line] = [line for line in file if line.startswith("Pss:")]
    return 1024 * int(line.split()[1])


def _cpu_seconds(process: int) -> float:
    """CPU time of a process and of those of its children that have ended."""
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
