"""Measures what is reached without a trained network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from objects_that_sound.components.avc_evaluator.avc_statistics import avc_statistics
from objects_that_sound.components.avc_evaluator.evaluator import ACCURACY
from objects_that_sound.components.avc_evaluator.scored_pairs import score_pairs
from objects_that_sound.components.avc_pair_gen.pair_counts import read_pair_counts
from objects_that_sound.components.baseline_evaluator.baseline import Baseline
from objects_that_sound.components.baseline_evaluator.baselines import (
    BASELINES,
    COLOUR_HISTOGRAM,
    GLOBAL_STATISTICS,
    MEAN_SPECTRUM,
    NAME,
    TITLE,
    UNTRAINED,
    BaselineOptions,
)
from objects_that_sound.components.baseline_evaluator.class_agreement import ClassAgreement
from objects_that_sound.components.baseline_evaluator.feature_model import FeatureModel
from objects_that_sound.components.baseline_evaluator.features import (
    colour_histogram,
    mean_log_spectrum,
)
from objects_that_sound.components.baseline_evaluator.image_statistics import image_statistics
from objects_that_sound.components.baseline_evaluator.remembered import Remembered
from objects_that_sound.components.baseline_evaluator.sound_statistics import sound_statistics
from objects_that_sound.components.baseline_evaluator.training_features import (
    TrainingFeatures,
    read_training_features,
)
from objects_that_sound.components.baseline_evaluator.two_towers import TwoTowers
from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.components.evaluation.measure import measure
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.model import Model
from objects_that_sound.components.evaluation.untrained_model import UntrainedModel
from objects_that_sound.components.retrieval_evaluator.embed import embed
from objects_that_sound.components.retrieval_evaluator.evaluator import DIRECTIONS, NDCG
from objects_that_sound.components.retrieval_evaluator.gallery import Gallery
from objects_that_sound.components.retrieval_evaluator.label_tree import LabelTree
from objects_that_sound.components.retrieval_evaluator.retrieval_scores import (
    retrieval_chance,
    retrieval_statistics,
    score_retrieval,
)


def evaluate_baselines(
    examples: Sequence[str], pairs: str, model: str | None = None, *, options: BaselineOptions
) -> EvaluationResult:
    """Measures the baselines as AvcEvaluator and RetrievalEvaluator measure a model.

    - The colour histogram is told the classes of the train split (the networks are not): a linear
      classifier each on the frame's histogram and on the sound's mean log-spectrum, and a pair
      corresponds if the classes agree. Images find images by the histograms themselves.
    - By the mean log-spectra, sounds find sounds.
    - Global statistics of frames and sounds, without labels, are mapped to vectors by two small
      networks that learn from the train split (`TwoTowers`). Within a modality the vectors compare,
      too.
    - The untrained network is that of the model with random weights.

    Args:
        examples: folders of Examples artifacts with the split `train` and the split to measure.
        pairs: folder of the Examples that AvcPairGen made.
        model: path of the model whose network is measured untrained; None leaves that out.
        options: how to learn and to retrieve.

    Returns:
        The figures, each between chance and ceiling, or the reason why it cannot be had. Intervals
        are by groups of videos.

    Raises:
        ValueError: a split is missing or empty, or the label tree is none of the labels'.
    """
    learned = read_training_features(examples, options.max_train_examples, options.seed)
    missing: dict[Baseline, str] = {}
    judges: dict[Baseline, Model] = {}
    histograms, spectra = Remembered(colour_histogram), Remembered(mean_log_spectrum)
    rankers: dict[Baseline, Model] = {
        COLOUR_HISTOGRAM: FeatureModel(histograms, spectra),
        MEAN_SPECTRUM: FeatureModel(histograms, spectra),
    }
    details: dict[str, float] = {"num_train_examples": len(learned.groups)}
    try:
        agreement = _learn_classes(learned, options.seed)
    except ValueError as error:
        missing[COLOUR_HISTOGRAM] = f"the train split does not suffice: {error}"
    else:
        judges[COLOUR_HISTOGRAM] = FeatureModel(histograms, spectra, agreement.predict)
        details["colour_histogram_threshold"] = agreement.threshold
    try:
        towers = TwoTowers(options.seed).fit(
            learned.image_statistics, learned.sound_statistics, learned.groups
        )
    except ValueError as error:
        missing[GLOBAL_STATISTICS] = f"the train split does not suffice: {error}"
    else:
        of_images, of_sounds = Remembered(image_statistics), Remembered(sound_statistics)
        judges[GLOBAL_STATISTICS] = rankers[GLOBAL_STATISTICS] = FeatureModel(
            lambda images: towers.embed_frames(of_images(images)),
            lambda sounds: towers.embed_sounds(of_sounds(sounds)),
            towers.decide,
        )
        details["global_statistics_threshold"] = towers.threshold
    if model is None:
        missing[UNTRAINED] = "no model was given whose network it is"
    else:
        try:
            judges[UNTRAINED] = rankers[UNTRAINED] = UntrainedModel(model, seed=options.seed)
        except FileNotFoundError as error:
            missing[UNTRAINED] = str(error)
    metrics = [
        *_measure_correspondence(pairs, judges, missing, options.batch_size),
        *_measure_retrieval(examples, rankers, missing, options),
    ]
    return EvaluationResult(
        NAME,
        TITLE,
        metrics,
        notes=(
            "These are figures of simple ways on the same examples. A model that has learned what "
            "things sound like is above all of them.",
            "The colour histogram is told the classes of the training videos; no other way is.",
            "Global statistics are brightness, contrast, colours and spectrum of whole frames, and "
            "loudness and mean spectrum of sounds.",
        ),
        details=details,
    )


def _learn_classes(learned: TrainingFeatures, seed: int) -> ClassAgreement:
    if not learned.sounding:
        raise ValueError("it has no labels")
    groups = [group for group, known in zip(learned.groups, learned.labelled, strict=True) if known]
    return ClassAgreement(seed).fit(
        learned.histograms, learned.spectra, learned.visible, learned.sounding, groups
    )


def _measure_correspondence(
    pairs: str, judges: Mapping[Baseline, Model], missing: Mapping[Baseline, str], batch_size: int
) -> list[MeasuredMetric]:
    metrics = {one: one.metric(ACCURACY) for one in BASELINES if ACCURACY in one.beside}
    scored = score_pairs(
        pairs, {baseline.name: judge for baseline, judge in judges.items()}, batch_size
    )
    counts = read_pair_counts(pairs)
    names = [metric.name for metric in metrics.values()]
    return measure(
        list(metrics.values()),
        {
            metrics[one].name: avc_statistics(scored.corresponds, scored.scores[one.name])[
                ACCURACY.name
            ]
            for one in judges
        },
        None,
        scored.groups,
        chance=dict.fromkeys(names, counts.chance),
        ceiling=dict.fromkeys(names, counts.ceiling),
        missing={metrics[one].name: reason for one, reason in missing.items()},
    )


def _measure_retrieval(
    examples: Sequence[str],
    rankers: Mapping[Baseline, Model],
    missing: Mapping[Baseline, str],
    options: BaselineOptions,
) -> list[MeasuredMetric]:
    tree = LabelTree.from_json(options.label_tree) if options.label_tree else LabelTree.flat()
    gallery: Gallery | None = None
    measured = []
    for baseline in BASELINES:
        directions = [name for name in DIRECTIONS if NDCG[name] in baseline.beside]
        metrics = {NDCG[name].name: baseline.metric(NDCG[name]) for name in directions}
        if baseline not in rankers:
            measured += measure(
                list(metrics.values()),
                {},
                None,
                (),
                missing={one.name: missing[baseline] for one in metrics.values()},
            )
            continue
        items = embed(
            rankers[baseline], examples, options.split, options.batch_size, baseline.title
        ).labelled()
        gallery = gallery or Gallery(items, tree)
        scores = score_retrieval(items, gallery, options.k, directions)
        chance = retrieval_chance(scores)
        statistics = retrieval_statistics(scores)
        measured += measure(
            [metric.on(gallery.basis) for metric in metrics.values()],
            {metric.name: statistics[name] for name, metric in metrics.items()},
            None,
            items.groups,
            chance={metric.name: chance[name] for name, metric in metrics.items()},
        )
    return measured
