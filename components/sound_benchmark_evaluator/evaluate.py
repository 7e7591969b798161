"""Measures a model's features on a benchmark of sounds, without a pipeline."""

from __future__ import annotations

import collections
import dataclasses
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from tfx import types
from tqdm import tqdm

from objects_that_sound.components.evaluation import example_fields
from objects_that_sound.components.evaluation.blessing import Decision, decide
from objects_that_sound.components.evaluation.bootstrap import Statistic, bootstrap
from objects_that_sound.components.evaluation.estimate import confidence_and_change
from objects_that_sound.components.evaluation.estimate_all import estimate_all
from objects_that_sound.components.evaluation.read_examples import count_examples, read_examples
from objects_that_sound.components.evaluation.saved_model import SavedModel
from objects_that_sound.components.evaluation.threshold import Threshold
from objects_that_sound.components.evaluation.write_metrics import write_metrics
from objects_that_sound.components.sound_benchmark_evaluator import listener, mfcc
from objects_that_sound.components.sound_benchmark_evaluator.benchmark import (
    Benchmark,
    BenchmarkError,
)
from objects_that_sound.components.sound_benchmark_evaluator.classifier import classify
from objects_that_sound.components.sound_benchmark_evaluator.fingerprint_index import (
    FingerprintIndex,
)
from objects_that_sound.components.sound_benchmark_evaluator.layouts import read_benchmark
from objects_that_sound.components.sound_benchmark_evaluator.leaks import find_trained, find_twins
from objects_that_sound.components.sound_benchmark_evaluator.plots import (
    write_class_accuracies,
    write_confusion,
)
from objects_that_sound.components.sound_benchmark_evaluator.published import PUBLISHED
from objects_that_sound.components.sound_benchmark_evaluator.results import Row, Scorer
from objects_that_sound.components.sound_benchmark_evaluator.sounds import (
    LOWEST_RATE,
    Reject,
    read_clips,
    resample,
)
from objects_that_sound.models import examples as contract

ACCURACY = "accuracy"
EMBEDDING_ACCURACY = "embedding_accuracy"
RANDOM_ACCURACY = "random_accuracy"
RANDOM_EMBEDDING_ACCURACY = "random_embedding_accuracy"
MFCC_ACCURACY = "mfcc_accuracy"
GAIN_OVER_RANDOM = "gain_over_random"
EMBEDDING_GAIN_OVER_RANDOM = "embedding_gain_over_random"
GAIN_OVER_MFCC = "gain_over_mfcc"

CONFUSION_FILE = "confusion.png"
CLASSES_FILE = "classes.png"

_GAINS = {
    GAIN_OVER_RANDOM: (ACCURACY, RANDOM_ACCURACY),
    EMBEDDING_GAIN_OVER_RANDOM: (EMBEDDING_ACCURACY, RANDOM_EMBEDDING_ACCURACY),
    GAIN_OVER_MFCC: (ACCURACY, MFCC_ACCURACY),
}
"""By metric, the two whose difference it is."""

_TRAIN_SPLIT = "train"
_IN_TRAINING_DATA = "in_training_data"


@dataclasses.dataclass(frozen=True)
class _Sounds:
    """What is left of a benchmark: its clips' sounds at one rate, and how to listen to them."""

    benchmark: Benchmark
    sounds: list[np.ndarray]
    sample_rate: int
    hop_seconds: float
    batch_size: int

    def row(self, name: str, features: Sequence[np.ndarray]) -> Row:
        predictions = classify(self.benchmark, features)
        tested = predictions.labels != ""
        right = np.where(tested, predictions.labels == self.benchmark.labels, np.nan)
        return Row(name, right, predictions.labels, predictions.strengths)

    def listen(
        self, network: listener.Listener, names: Sequence[str], rate: int, what: str
    ) -> Mapping[str, list[np.ndarray]]:
        return listener.listen(
            network,
            names,
            self.sounds,
            sample_rate=self.sample_rate,
            wanted_rate=rate,
            hop_seconds=self.hop_seconds,
            batch_size=self.batch_size,
            what=what,
        )


def evaluate_sound_benchmark(
    folder: str,
    *,
    dataset: str,
    data: str,
    model: str,
    baseline_model: str | None = None,
    examples: Sequence[types.Artifact] = (),
    thresholds: Sequence[Threshold] = (),
    hop_seconds: float = 0.5,
    random_networks: int = 3,
    batch_size: int = 32,
) -> list[Decision]:
    """Writes the figures and pictures of a benchmark (see `SoundBenchmarkEvaluator`).

    Args:
        folder: of the Evaluation.
        dataset: a name of `layouts.DATASETS`.
        data: folder of the benchmark.
        model: path of a model with signatures `describe`, `embed_audio` and `audio_features`.
        baseline_model: likewise, to compare with.
        examples: Examples artifacts whose split `train` the model was trained on.
        thresholds: on the metrics named above.
        hop_seconds: between the windows of one second that a clip is cut into.
        random_networks: how many untrained networks to average over.
        batch_size: windows a call of a model.

    Returns:
        What came of the thresholds.

    Raises:
        BenchmarkError: the folder is not of this layout, its folds leak, or too few clips are left.
        ValueError: a feature is not finite, or the model lacks the signatures.
    """
    benchmark = read_benchmark(dataset, data)
    trained = SavedModel(model)
    rate = _sample_rate(trained)
    read_rate = max(LOWEST_RATE, rate)
    found, rejects = read_clips(benchmark.clips, read_rate)
    if not found:
        raise BenchmarkError(
            f"no clip of {data} can be read: {rejects[0].name}: {rejects[0].detail}"
        )
    refused, twins = _find_leaks(benchmark, found, read_rate, examples)
    rejects += refused
    gone = {reject.name for reject in rejects}
    dropped = [i for i, clip in enumerate(benchmark.clips) if clip.name in gone]
    same = [(benchmark.clips[i].name, benchmark.clips[j].name) for i in twins for j in twins[i]]
    left = benchmark.without_twins(twins).without(dropped)
    sounds = [found[i] for i in range(len(benchmark.clips)) if i not in set(dropped)]
    rest = _Sounds(left, sounds, read_rate, hop_seconds, batch_size)

    missing: dict[str, str] = {}
    rows = _model_rows(rest, trained, "", missing)
    rows |= _random_rows(rest, model, rate, random_networks, missing)
    rows[MFCC_ACCURACY] = rest.row("MFCC + SVM", _mfcc(rest))
    baseline_rows = None
    if baseline_model is not None:
        baseline_rows = _model_rows(rest, SavedModel(baseline_model), ", baseline model", {})

    scorer = Scorer(left)
    estimates, changes = estimate_all(
        _statistics(scorer, rows),
        None if baseline_rows is None else _statistics(scorer, baseline_rows),
        scorer.clusters,
    )
    for name, (first, second) in _GAINS.items():
        if name not in estimates:
            missing[name] = missing.get(first) or missing.get(second, "not asked for")
    shown = [*rows.values(), *(baseline_rows or {}).values()]
    write_metrics(
        folder,
        {
            "dataset": left.name,
            "folds_from": left.folds_from,
            "num_clips": len(scorer.tested),
            "num_recordings": len(set(scorer.clusters)),
            "num_classes": len(left.classes),
            "chance": _chance(left, scorer),
            **{name: estimate.value for name, estimate in estimates.items()},
            "rows": [
                scorer.describe(row, bootstrap(scorer.accuracy(row.right), scorer.clusters))
                for row in shown
            ],
            "left_out": missing,
            "published": [
                {"name": name, "accuracy": accuracy, "source": source}
                for name, accuracy, source in PUBLISHED.get(left.name, ())
            ],
            "by_class": _by_class(left, scorer, rows),
            "num_rejects": len(rejects),
            "num_rejects_by_reason": dict(collections.Counter(r.reason for r in rejects)),
            "rejects": [dataclasses.asdict(reject) for reject in rejects],
            "same_recordings": sorted({tuple(sorted(pair)) for pair in same}),
            **confidence_and_change(estimates, changes),
        },
    )
    main_row = next(iter(rows.values()))
    counts = scorer.confusion(main_row.predicted)
    write_confusion(
        os.path.join(folder, CONFUSION_FILE),
        left.classes,
        counts,
        f"{left.name}: {main_row.name}",
    )
    write_class_accuracies(
        os.path.join(folder, CLASSES_FILE),
        left.classes,
        {row.name: scorer.by_class(row.right) for row in shown},
    )
    return decide(thresholds, estimates, changes, missing)


def _sample_rate(model: SavedModel) -> int:
    return int(model.call("describe", {"query": [b""]})["sample_rate"][0])


def _find_leaks(
    benchmark: Benchmark,
    sounds: Mapping[int, np.ndarray],
    sample_rate: int,
    examples: Sequence[types.Artifact],
) -> tuple[list[Reject], dict[int, set[int]]]:
    """Clips in the training data, and clips that hold the sound of other recordings' clips."""
    numbers = list(sounds)
    index = FingerprintIndex([(sounds[i], sample_rate) for i in numbers])
    twins = {
        numbers[i]: {
            numbers[j]
            for j in others
            if benchmark.clips[numbers[j]].source != benchmark.clips[numbers[i]].source
        }
        for i, others in find_twins(index, list(sounds.values()), sample_rate).items()
    }
    trained: dict[int, set[str]] = {}
    if examples:
        total = count_examples(examples, _TRAIN_SPLIT)
        trained = find_trained(index, _training_sounds(examples), total)
    rejects = [
        Reject(
            benchmark.clips[numbers[i]].name,
            _IN_TRAINING_DATA,
            f"its sound is in the training video {min(videos)}",
        )
        for i, videos in sorted(trained.items())
    ]
    return rejects, {i: others for i, others in twins.items() if others}


def _training_sounds(examples: Sequence[types.Artifact]) -> Iterator[tuple[bytes, int, str]]:
    for example in read_examples(examples, _TRAIN_SPLIT):
        yield (
            example[contract.AUDIO][0],
            example[contract.AUDIO_SAMPLE_RATE][0],
            example_fields.video_id(example),
        )


def _model_rows(
    rest: _Sounds, model: SavedModel, suffix: str, missing: dict[str, str]
) -> dict[str, Row]:
    names = {
        ACCURACY: (listener.FEATURES, f"conv4_2 + SVM{suffix}"),
        EMBEDDING_ACCURACY: (listener.EMBEDDING, f"embedding + SVM{suffix}"),
    }
    there = {key: value for key, value in names.items() if value[0] in model.signatures}
    for key in names.keys() - there.keys():
        missing[key] = f"the model has no signature {names[key][0]}; export it again"
    if not there:
        raise ValueError("the model has neither of the signatures audio_features and embed_audio")
    signatures = [signature for signature, _ in there.values()]
    vectors = rest.listen(
        listener.trained_listener(model), signatures, _sample_rate(model), f"model{suffix}"
    )
    return {
        key: rest.row(name, vectors[signature])
        for key, (signature, name) in tqdm(
            there.items(), desc="Benchmark: SVMs", unit="row", disable=None
        )
    }


def _random_rows(
    rest: _Sounds, model: str, rate: int, count: int, missing: dict[str, str]
) -> dict[str, Row]:
    """The mean over networks with random weights."""
    names = {
        RANDOM_ACCURACY: (listener.FEATURES, "conv4_2 of random networks + SVM"),
        RANDOM_EMBEDDING_ACCURACY: (listener.EMBEDDING, "embedding of random networks + SVM"),
    }
    rows: dict[str, list[Row]] = {key: [] for key in names}
    for seed in range(1, count + 1):
        try:
            network = listener.random_listener(model, seed)
        except FileNotFoundError as error:
            missing.update(dict.fromkeys(names, str(error)))
            return {}
        signatures = [signature for signature, _ in names.values()]
        vectors = rest.listen(network, signatures, rate, f"random network {seed}")
        for key, (signature, name) in names.items():
            rows[key].append(rest.row(name, vectors[signature]))
    return {key: _mean_row(rest.benchmark, found) for key, found in rows.items() if found}


def _mean_row(benchmark: Benchmark, rows: Sequence[Row]) -> Row:
    scorer = Scorer(benchmark)
    all_tested = np.arange(len(scorer.tested))
    by_seed = tuple(scorer.accuracy(row.right)(all_tested) for row in rows)
    right = np.mean([row.right for row in rows], 0)
    return dataclasses.replace(rows[0], right=right, by_seed=by_seed)


def _mfcc(rest: _Sounds) -> list[np.ndarray]:
    bar = tqdm(rest.sounds, desc="Benchmark: MFCC", unit="clip", disable=None)
    return [
        mfcc.mfcc_statistics(resample(sound, rest.sample_rate, mfcc.SAMPLE_RATE))[None]
        for sound in bar
    ]


def _statistics(scorer: Scorer, rows: Mapping[str, Row]) -> dict[str, Statistic]:
    """The accuracies of the rows, and how much better the model is than those without learning."""
    statistics = {name: scorer.accuracy(row.right) for name, row in rows.items()}
    for gain, (first, second) in _GAINS.items():
        if first in statistics and second in statistics:
            statistics[gain] = _difference(statistics[first], statistics[second])
    return statistics


def _difference(first: Callable, second: Callable) -> Statistic:
    return lambda rows: first(rows) - second(rows)


def _chance(benchmark: Benchmark, scorer: Scorer) -> float:
    """Accuracy of whoever always says the class that is most frequent among the tested."""
    _, counts = np.unique(benchmark.labels[scorer.tested], return_counts=True)
    return float(counts.max() / counts.sum())


def _by_class(
    benchmark: Benchmark, scorer: Scorer, rows: Mapping[str, Row]
) -> dict[str, dict[str, Any]]:
    """By class, the accuracies and the number of tested clips."""
    accuracies = {name: scorer.by_class(row.right) for name, row in rows.items()}
    labels = benchmark.labels[scorer.tested]
    return {
        label: {
            **{name: float(values[i]) for name, values in accuracies.items()},
            "num_clips": int(np.count_nonzero(labels == label)),
        }
        for i, label in enumerate(benchmark.classes)
        if label in labels
    }
