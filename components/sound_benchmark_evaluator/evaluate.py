"""Measures a model's features on a benchmark of sounds."""

from __future__ import annotations

import collections
import dataclasses
import os
from collections.abc import Iterator, Sequence

from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.components.evaluation.measure import measure
from objects_that_sound.components.evaluation.saved_model import SavedModel
from objects_that_sound.components.sound_benchmark_evaluator.evaluator import (
    SOUND_BENCHMARK,
    SoundBenchmarkOptions,
)
from objects_that_sound.components.sound_benchmark_evaluator.layouts import read_benchmark
from objects_that_sound.components.sound_benchmark_evaluator.listener import sample_rate_of
from objects_that_sound.components.sound_benchmark_evaluator.plots import (
    write_class_accuracies,
    write_confusion,
)
from objects_that_sound.components.sound_benchmark_evaluator.rows import (
    mfcc_row,
    model_rows,
    random_rows,
)
from objects_that_sound.components.sound_benchmark_evaluator.scorer import Scorer
from objects_that_sound.components.sound_benchmark_evaluator.sound_statistics import (
    ACCURACIES,
    baseline_statistics,
    missing_reasons,
    sound_statistics,
)
from objects_that_sound.components.sound_benchmark_evaluator.sounds import LOWEST_RATE
from objects_that_sound.components.sound_benchmark_evaluator.tables import result_tables
from objects_that_sound.components.sound_benchmark_evaluator.usable_clips import (
    UsableClips,
    read_usable_clips,
)

CONFUSION_FILE = "confusion.png"
CLASSES_FILE = "classes.png"


def evaluate_sound_benchmark(
    model: str,
    baseline_model: str | None = None,
    *,
    examples: Sequence[str] = (),
    options: SoundBenchmarkOptions,
    folder: str,
) -> EvaluationResult:
    """Measures how well a linear classifier of the model's features tells sounds apart.

    The protocol of "Look, Listen and Learn": conv4_2 of overlapping windows of one second, pooled
    to 4 x 3 places, scaled, a linear SVM on the benchmark's own folds, its scores averaged over a
    clip. Beside it stand the embedding, untrained networks and MFCC. The accuracy is the mean of the
    folds'; intervals are by original recordings.

    Clips that can't be read, and clips whose sound the model was trained on, are left out and
    named; so are clips of a class that their fold then has nothing left to train on. The figures
    are marked where that leaves out anything. No fold trains on the same recording as it tests, whatever the folder says.

    Args:
        model: path of a model with the signatures `describe`, `audio_features` and `embed_audio`;
            see `saved_model_path`.
        baseline_model: path of the latest blessed model; None if there is none.
        examples: folders of Examples artifacts whose split `train` the model was trained on.
        options: what to measure, and how.
        folder: folder that gets `confusion.png` and `classes.png`.

    Returns:
        The metrics, and tables by fold and by class with the figures that others published.

    Raises:
        BenchmarkError: the folder is not of this layout, its folds leak, or too few clips are left.
        ValueError: a feature is not finite, the model lacks the signatures, or a folder of examples
            has no split `train`.
    """
    benchmark = read_benchmark(options.dataset, options.data)
    trained = SavedModel(model)
    sample_rate = sample_rate_of(trained)
    clips = read_usable_clips(benchmark, max(LOWEST_RATE, sample_rate), examples)

    rows = model_rows(clips, trained, options)
    no_random = "no random networks were asked for"
    try:
        random = random_rows(clips, model, sample_rate, options)
    except FileNotFoundError as error:
        random, no_random = {}, str(error)
    mfcc = mfcc_row(clips)
    compared = (
        {}
        if baseline_model is None
        else model_rows(clips, SavedModel(baseline_model), options, ", baseline model")
    )

    scorer = Scorer(clips.benchmark)
    metrics = measure(
        [metric.on(clips.basis) for metric in SOUND_BENCHMARK.metrics],
        sound_statistics(scorer, rows, random, mfcc),
        sound_statistics(scorer, compared, {}, mfcc),
        scorer.clusters,
        chance=dict.fromkeys((metric.name for metric in ACCURACIES.values()), scorer.chance),
        baselines=baseline_statistics(scorer, random, mfcc),
        missing=missing_reasons(rows, random, no_random),
    )
    shown = [*rows.values(), *random.values(), mfcc, *compared.values()]
    name, classes = clips.benchmark.name, clips.benchmark.classes
    write_confusion(
        os.path.join(folder, CONFUSION_FILE),
        classes,
        scorer.confusion(shown[0].predicted),
        f"{clips.basis}: {shown[0].name}",
    )
    write_class_accuracies(
        os.path.join(folder, CLASSES_FILE),
        classes,
        {row.name: scorer.by_class(row.right) for row in shown},
    )
    return EvaluationResult(
        SOUND_BENCHMARK.name,
        SOUND_BENCHMARK.title,
        metrics,
        notes=tuple(_notes(clips, scorer)),
        tables=result_tables(clips, scorer, shown),
        details={
            "dataset": name,
            "classifiers": {
                row.name: {"svm_strengths": row.strengths, "by_seed": row.by_seed} for row in shown
            },
            "rejects": [dataclasses.asdict(reject) for reject in clips.rejects],
            "num_rejects_by_reason": dict(
                collections.Counter(reject.reason for reject in clips.rejects)
            ),
            "same_recordings": clips.same_recordings,
            "num_tested": clips.num_tested,
            "num_official": clips.num_official,
        },
    )


def _notes(clips: UsableClips, scorer: Scorer) -> Iterator[str]:
    benchmark = clips.benchmark
    yield (
        f"{benchmark.name}: {len(scorer.tested)} clips of {len(set(scorer.clusters))} recordings, "
        f"{len(set(benchmark.labels[scorer.tested]))} classes. Folds: {benchmark.folds_from}. "
        f"{len(clips.rejects)} clips are left out."
    )
    if not clips.complete:
        yield (
            f"The folds test {clips.num_tested} of {clips.num_official} clips, so the mean is not "
            f"that of {benchmark.name} and cannot be compared with figures that others published."
        )
    for reject in clips.rejects:
        yield f"{reject.name} is left out: {reject.reason}, {reject.detail}."
    for first, second in clips.same_recordings:
        yield f"{first} and {second} are the same recording and kept out of each other's folds."
