"""The index proves itself, or nothing comes after it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from objects_that_sound.components.evaluation import example_fields
from objects_that_sound.components.evaluation.embed_batch import embed_batch
from objects_that_sound.components.evaluation.saved_model import SavedModel
from objects_that_sound.components.search_indexer.items import Items
from objects_that_sound.components.search_indexer.search_index import THUMBNAILS
from objects_that_sound.components.search_indexer.vector_table import VectorTable
from objects_that_sound.models import examples as contract
from objects_that_sound.models.export_check import ExportError, operation_problems

TOLERANCE = 1e-4
"""Greatest difference of a score from NumPy's."""

_K = 10


def check_index(
    folder: str, model: SavedModel, items: Items, examples: Sequence[dict[str, list]]
) -> None:
    """Loads an index and compares its answers with NumPy's.

    Args:
        folder: of the index's SavedModel.
        model: that embedded the items.
        items: what the index should hold.
        examples: a few, whose frames and sounds are the queries.

    Raises:
        ExportError: not all operations are of stock TensorFlow, or an answer is wrong.
    """
    problems = operation_problems(folder)
    if not problems:
        index = SavedModel(folder)
        vectors = embed_batch(model, examples)
        images = [example_fields.image_input(example, model.frames) for example in examples]
        sounds = [example[contract.AUDIO][0] for example in examples]
        k = np.full(len(examples), _K, np.int32)
        for name, media, queries, sought in (
            ("image", images, vectors.image, items.audio),
            ("audio", sounds, vectors.audio, items.image),
        ):
            found = index.call(f"search_by_{name}", {name: media, "k": k})
            problems += [
                f"search_by_{name}: {problem}"
                for problem in answer_problems(found, items, sought, queries)
            ]
    if problems:
        raise ExportError(
            f"The index in {folder} must not be used:"
            + "".join(f"\n- {problem}" for problem in problems)
        )


def answer_problems(
    found: dict[str, np.ndarray], items: Items, sought: VectorTable, queries: np.ndarray
) -> list[str]:
    """What is wrong with an index's answer.

    Args:
        found: its outputs by name.
        items: of the index.
        sought: the items' vectors that were searched.
        queries: float32 [batch, d], embeddings that were searched with.
    """
    products = sought.products(queries)  # [batch, n]
    best = -np.sort(-products, axis=1)[:, :_K]
    if found["scores"].shape != best.shape:
        return [f"{list(found['scores'].shape)} results instead of {list(best.shape)}"]
    problems = []
    apart = np.abs(found["scores"] - best).max()
    if not apart <= TOLERANCE:
        problems.append(f"scores are up to {apart:.2g} from NumPy's")
    scores_by_item: dict[tuple, list[np.ndarray]] = {}
    answered = set(zip(found["ids"].ravel(), found["times"].ravel(), strict=True))
    ids = np.char.encode(items.ids, "utf-8")
    for row in np.flatnonzero(np.isin(ids, found["ids"].ravel().astype(ids.dtype))):
        key = (bytes(ids[row]), items.times[row])
        if key in answered:
            path = f"{THUMBNAILS}/{items.thumbnails[row]}" if items.thumbnails[row] else ""
            facts = (*key, path.encode(), str(items.labels[row]).encode())
            scores_by_item.setdefault(facts, []).append(products[:, row])
    for query, rank in np.ndindex(best.shape):
        facts = tuple(found[name][query, rank] for name in ("ids", "times", "thumbnails", "labels"))
        scores = [float(own[query]) for own in scores_by_item.get(facts, [])]
        if not any(abs(score - found["scores"][query, rank]) <= TOLERANCE for score in scores):
            problems.append(f"result {rank} of query {query} is {facts}, which has {scores}")
    return problems
