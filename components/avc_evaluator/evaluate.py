"""Measures audio-visual correspondence."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from objects_that_sound.components.avc_evaluator.avc_statistics import avc_statistics
from objects_that_sound.components.avc_evaluator.cues import CueScores, score_cues
from objects_that_sound.components.avc_evaluator.evaluator import (
    ACCURACY,
    AUC,
    AVC,
    CUES,
    AvcOptions,
)
from objects_that_sound.components.avc_evaluator.plots import write_roc, write_score_histogram
from objects_that_sound.components.avc_evaluator.scored_pairs import ScoredPairs, score_pairs
from objects_that_sound.components.avc_pair_gen.pair_counts import read_pair_counts
from objects_that_sound.components.baseline_evaluator.beside import with_baselines
from objects_that_sound.components.evaluation.baseline_model import load_baseline_model
from objects_that_sound.components.evaluation.bootstrap import bootstrap
from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.components.evaluation.measure import measure
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.metric import Metric
from objects_that_sound.components.evaluation.result_table import ResultTable
from objects_that_sound.components.evaluation.saved_model import SavedModel

AS_IT_IS = Metric("avc_as_it_is", "frames and sounds as they are")
"""The accuracy on those pairs from which something is then taken away."""
HISTOGRAM_FILE = "scores.png"
ROC_FILE = "roc.png"


def evaluate_avc(
    model: str,
    baseline_model: str | None = None,
    *,
    pairs: str,
    baselines: str | None = None,
    options: AvcOptions,
    folder: str,
) -> EvaluationResult:
    """Measures whether a model tells corresponding from mismatched pairs.

    "Look, Listen and Learn", section 3. The accuracy is balanced: chance is 0.5. Intervals are by
    groups of the images' videos.

    Args:
        model: path of a model with the signature `score_examples`; see `saved_model_path`.
        baseline_model: path of the latest blessed model; None if there is none.
        pairs: folder of the Examples that AvcPairGen made.
        baselines: folder of BaselineEvaluator's result on the same pairs; its figures stand beside
            the accuracy.
        options: how to measure.
        folder: folder that gets `scores.png` and `roc.png`.

    Returns:
        The metrics, a table of what the model uses (the accuracy where something is taken away),
        and one of the accuracy by class where classes are known.

    Raises:
        ValueError: there are no pairs of both kinds, or a score is not finite.
    """
    models = {"model": SavedModel(model)}
    other = load_baseline_model(baseline_model, models["model"])
    if other is not None:
        models["baseline_model"] = other
    scored = score_pairs(pairs, models, options.batch_size)
    statistics = {
        name: avc_statistics(scored.corresponds, scores) for name, scores in scored.scores.items()
    }
    counts = read_pair_counts(pairs)
    try:
        cues = score_cues(pairs, models["model"], options) if options.max_cue_pairs else None
        no_cues = "they were not asked for"
    except ValueError as error:
        cues, no_cues = None, str(error)
    metrics = measure(
        [metric for metric in AVC.metrics if metric.name not in CUES],
        statistics["model"],
        statistics.get("baseline_model"),
        scored.groups,
        chance={ACCURACY.name: counts.chance, AUC.name: 0.5},
        ceiling={ACCURACY.name: counts.ceiling},
    )
    number = len(cues.scores["avc_grey"]) if cues else 0
    given = {"avc_as_it_is": scored.scores["model"][:number], **(cues.scores if cues else {})}
    of_cues = measure(
        [AS_IT_IS, *CUES.values()],
        {
            name: avc_statistics(scored.corresponds[:number], scores)[ACCURACY.name]
            for name, scores in given.items()
            if cues
        },
        None,
        scored.groups[:number],
        chance=dict.fromkeys(CUES, counts.chance),
        missing=dict.fromkeys([AS_IT_IS.name, *CUES], no_cues),
    )
    metrics += of_cues[1:]
    write_score_histogram(
        os.path.join(folder, HISTOGRAM_FILE), scored.corresponds, scored.scores["model"]
    )
    write_roc(os.path.join(folder, ROC_FILE), scored.corresponds, scored.scores)
    return EvaluationResult(
        AVC.name,
        AVC.title,
        with_baselines(metrics, baselines),
        notes=(
            f"The accuracy is the mean of that on pairs of a frame with its own sound and that on "
            f"pairs with another's: {len(scored.groups)} pairs of {len(set(scored.groups))} groups "
            f"of videos.",
            *_about_ceiling(counts.ceiling),
            *_about_cues(cues, number),
        ),
        tables=[*_table_of_cues(of_cues), *_by_class(scored)],
    )


def _about_ceiling(ceiling: float | None) -> list[str]:
    if ceiling is None:
        return []
    return [
        "The ceiling of the accuracy is what an oracle reaches that knows every class in the frame "
        "and in the sound: a mismatched sound may by accident be of a class that is in the frame."
    ]


def _about_cues(cues: CueScores | None, number: int) -> list[str]:
    if cues is None:
        return []
    *sides, smallest = (str(one) for _, one in sorted(cues.block_pixels.items()))
    return [
        f"What the model uses: {number} pairs were scored again without the frames' colours, with "
        f"blocks of {', '.join(sides)} or {smallest} pixels of what the model sees shuffled, and "
        f"with pieces of 20 ms of the sounds shuffled. The more the accuracy falls, the more the "
        f"model relies on what was taken away."
    ]


def _table_of_cues(measured: Sequence[MeasuredMetric]) -> list[ResultTable]:
    rows = [
        (one.metric.title.removeprefix(f"{ACCURACY.title}, "), *one.estimate.to_json().values())
        for one in measured
        if one.estimate is not None
    ]
    columns = ("What the model is given", ACCURACY.title, "from", "to")
    return [ResultTable("What the model uses", columns, tuple(rows))] if rows else []


def _by_class(scored: ScoredPairs) -> list[ResultTable]:
    """Accuracy by the class of what sounds in the image's video."""
    rows = []
    for label in sorted(set(scored.labels) - {""}):
        own = np.flatnonzero(scored.labels == label)
        statistics = avc_statistics(scored.corresponds[own], scored.scores["model"][own])
        # Every frame is in a pair of both kinds, so the accuracy is defined for each class.
        estimate = bootstrap(statistics[ACCURACY.name], [scored.groups[row] for row in own])
        rows.append((str(label), *estimate.to_json().values(), len(own)))
    if not rows:
        return []
    columns = ("Class", "AVC accuracy", "from", "to", "pairs")
    return [ResultTable("AVC accuracy by class", columns, tuple(rows))]
