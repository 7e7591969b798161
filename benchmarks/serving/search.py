"""Search in an index of 1,000,000 vectors against the plain product and faiss-cpu's flat index."""

from __future__ import annotations

import pathlib
import resource
import statistics
import time
from collections.abc import Callable

import numpy as np

from benchmarks.serving.target import Target

_SIZE = 128
_K = 10
_LIMIT = 2.0
_REST = 0.2
"""Seconds before each measurement: the threads of faiss-cpu and of NumPy go on spinning for a while
when their work is done, and would take a core from what is measured next."""
_MB = 1 << 20


def measure(folder: pathlib.Path, rounds: int, count: int = 1_000_000) -> list[Target]:
    """Times all ways in turn, round after round, for 1 and for 32 queries.

    The index is a SavedModel as `SearchIndexer` writes it, asked by its signature, with strings and
    all; its network is none: queries are vectors' bytes. The plain product finds nothing: it is the
    multiplication alone.

    Args:
        folder: for the index.
        rounds: repeats.
        count: vectors.

    Returns:
        Its time over those of the plain product and of faiss-cpu: the medians of the rounds' ratios.
    """
    import faiss
    import tensorflow as tf

    from objects_that_sound.components.search_indexer.vector_table import DTYPES

    generator = np.random.default_rng(0)
    vectors = unit(generator.normal(size=(count, _SIZE)))
    queries = unit(generator.normal(size=(32, _SIZE)))
    indices = {}
    save_model(folder / "network")
    for dtype in DTYPES:
        indices[dtype] = load_index(folder, vectors, dtype)
    flat = faiss.IndexFlatIP(_SIZE)
    flat.add(vectors)
    variable = tf.Variable(vectors)
    product = tf.function(lambda q: tf.matmul(q, variable, transpose_b=True))

    def searched(signature) -> Callable[[np.ndarray], np.ndarray]:
        def search(queries: np.ndarray) -> np.ndarray:
            media = tf.constant([query.tobytes() for query in queries])
            answer = signature(image=media, k=tf.fill([len(queries)], _K))
            return np.char.decode(answer["ids"].numpy().astype(bytes)).astype(int)

        return search

    ways: dict[str, Callable[[np.ndarray], object]] = {
        "product, NumPy": lambda queries: queries @ vectors.T,
        "product, TensorFlow": lambda queries: product(tf.constant(queries)).numpy(),
        "faiss IndexFlatIP": lambda queries: flat.search(queries, _K)[1],
        **{f"index, {dtype}": searched(signature) for dtype, signature in indices.items()},
    }
    exact = flat.search(queries, _K)[1]
    for dtype in indices:
        found = ways[f"index, {dtype}"](queries)
        agreement = np.mean([len({*a} & {*b}) / _K for a, b in zip(found, exact, strict=True)])
        print(f"  of the {_K} nearest by float32, {dtype} finds {agreement:.1%}")
    targets = []
    for batch in (1, 32):
        times = {name: [] for name in ways}
        for _ in range(rounds + 1):
            for name, way in ways.items():
                times[name].append(_seconds(way, queries[:batch]))
        del name, way
        print(f"  top {_K} of {count:,} x {_SIZE}, {batch} queries, median (range) ms, and ratios:")
        plain, faiss_times = times["product, NumPy"][1:], times["faiss IndexFlatIP"][1:]
        for name, found in times.items():
            own = [1000 * seconds for seconds in found[1:]]  # the first warms up
            over = [_ratio(found[1:], others) for others in (plain, faiss_times)]
            print(
                f"    {name:20} {statistics.median(own):7.1f} ({min(own):.1f}-{max(own):.1f})"
                f"   x{over[0]:.2f} of the product   x{over[1]:.2f} of faiss"
            )
            if name.startswith("index"):
                targets += [
                    Target(f"{name} over {what}, {batch} queries", ratio, _LIMIT)
                    for what, ratio in zip(("the product", "faiss"), over, strict=True)
                ]
    return targets


def unit(vectors: np.ndarray) -> np.ndarray:
    """Vectors of unit length."""
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def save_model(folder: pathlib.Path) -> None:
    """A network whose media are the embeddings themselves."""
    import tensorflow as tf

    def embed(name: str) -> tf.types.experimental.GenericFunction:
        def decode(**media: tf.Tensor) -> dict[str, tf.Tensor]:
            embedding = tf.io.decode_raw(media[name], tf.float32, fixed_length=4 * _SIZE)
            return {"embedding": tf.ensure_shape(embedding, [None, _SIZE])}

        return tf.function(decode).get_concrete_function(
            **{name: tf.TensorSpec([None], tf.string, name)}
        )

    module = tf.Module()
    module.functions = {f"embed_{name}": embed(name) for name in ("image", "audio")}
    tf.saved_model.save(module, str(folder), module.functions)


def load_index(folder: pathlib.Path, vectors: np.ndarray, dtype: str):
    """Writes an index into a folder and loads its `search_by_image`; its ids are the rows."""
    import tensorflow as tf

    from objects_that_sound.components.search_indexer.items import Items
    from objects_that_sound.components.search_indexer.search_index import SearchIndex
    from objects_that_sound.components.search_indexer.vector_table import VectorTable

    count = len(vectors)
    numbers = np.arange(count)
    items = Items(
        ids=numbers.astype(str),
        times=(numbers % 100).astype(np.float32),
        labels=np.full(count, ""),
        thumbnails=np.char.add(np.char.zfill((numbers // 1000).astype(str), 5), "/0000000.jpg"),
        image=VectorTable.of(vectors[:1], dtype),  # only sounds are sought
        audio=VectorTable.of(vectors, dtype),
    )
    path = folder / dtype
    SearchIndex(str(folder / "network"), items).save(str(path))
    del items
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    before, start = resident(), time.perf_counter()
    index = tf.saved_model.load(str(path))
    seconds = time.perf_counter() - start
    print(
        f"  {dtype}: {size / _MB:.0f} MB on disk, loaded in {seconds:.1f} s, "
        f"{(resident() - before) / _MB:.0f} MB more in memory"
    )
    return index.signatures["search_by_image"]


def resident() -> int:
    """Bytes of this process in memory."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def _seconds(way: Callable[[np.ndarray], object], queries: np.ndarray) -> float:
    time.sleep(_REST)
    start = time.perf_counter()
    way(queries)
    return time.perf_counter() - start


def _ratio(times: list[float], others: list[float]) -> float:
    return statistics.median(own / other for own, other in zip(times, others, strict=True))
