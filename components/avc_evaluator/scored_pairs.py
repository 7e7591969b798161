"""The pairs of a split and what a model says of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
from tqdm import tqdm

from objects_that_sound.components.evaluation import example_fields
from objects_that_sound.components.evaluation.model import Model
from objects_that_sound.components.evaluation.read_examples import (
    batched,
    count_examples,
    read_records,
    splits,
)
from objects_that_sound.models import examples as contract


@dataclasses.dataclass(frozen=True)
class ScoredPairs:
    """One row a pair.

    Attributes:
        groups: group of the image's video.
        labels: str[n], class of what sounds in the image's video, "" where not known.
        corresponds: bool[n], the truth.
        scores: by model, such as "model" and "baseline_model", float64[n] in 0..1.
    """

    groups: list[str]
    labels: np.ndarray
    corresponds: np.ndarray
    scores: dict[str, np.ndarray]


def score_pairs(pairs: str, models: Mapping[str, Model], batch_size: int) -> ScoredPairs:
    """Scores the pairs of the folder's one split, all models on the same pairs.

    Args:
        pairs: folder of Examples made by AvcPairGen.
        models: with the signature `score_examples`, by name.
        batch_size: pairs a call.

    Raises:
        ValueError: there are no pairs of both kinds, or a score is not finite.
    """
    (split,) = splits(pairs)
    groups, labels, corresponds = [], [], []
    scores: dict[str, list[np.ndarray]] = {name: [] for name in models}
    total = count_examples([pairs], split)
    with tqdm(total=total, desc="AVC: score", unit="pair", disable=None) as bar:
        for batch in batched(read_records([pairs], split), batch_size):
            for pair in map(contract.read_example, batch):
                groups.append(example_fields.group(pair))
                labels.append(example_fields.label(pair))
                corresponds.append(bool(pair[contract.AVC_LABEL][0]))
            for name, model in models.items():
                scores[name].append(model.call("score_examples", {"examples": batch})["score"])
            bar.update(len(batch))
    if len(set(corresponds)) < 2:
        raise ValueError(f"the split {split!r} holds no pairs of both kinds ({total} pairs)")
    return ScoredPairs(
        groups,
        np.array(labels),
        np.array(corresponds),
        {name: _finite(name, values) for name, values in scores.items()},
    )


def _finite(name: str, values: Sequence[np.ndarray]) -> np.ndarray:
    scores = np.concatenate(values).astype(np.float64)
    bad = int(np.count_nonzero(~np.isfinite(scores)))
    if bad:
        raise ValueError(f"{bad} of {len(scores)} scores of the {name} are NaN or infinite")
    return scores
