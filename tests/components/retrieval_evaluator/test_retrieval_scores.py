"""nDCG and recall in four directions on embeddings whose neighbours are known."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import ndcg_score

from objects_that_sound.components.retrieval_evaluator.embedded_examples import EmbeddedExamples
from objects_that_sound.components.retrieval_evaluator.evaluator import DIRECTIONS
from objects_that_sound.components.retrieval_evaluator.gallery import Gallery
from objects_that_sound.components.retrieval_evaluator.label_tree import LabelTree
from objects_that_sound.components.retrieval_evaluator.neighbours import nearest_neighbours
from objects_that_sound.components.retrieval_evaluator.retrieval_scores import (
    DirectionScores,
    retrieval_chance,
    retrieval_statistics,
    score_retrieval,
)


def _examples(image, audio, labels, videos, groups=None) -> EmbeddedExamples:
    """Labels are "" or several classes with blanks between."""
    count = len(labels)
    sets = [tuple(label.split()) for label in labels]
    return EmbeddedExamples(
        keys=np.array([f"k{i:03d}" for i in range(count)]),
        videos=np.array(videos),
        groups=np.array(groups if groups is not None else videos),
        times=np.arange(count, dtype=float),
        labels=np.array([own[0] if own else "" for own in sets]),
        label_sets=np.fromiter(sets, object, count),
        image=np.asarray(image, np.float32),
        audio=np.asarray(audio, np.float32),
    ).labelled()


def _random(labelled: bool, count: int = 300) -> EmbeddedExamples:
    rng = np.random.default_rng(0)
    image, audio = rng.normal(size=(2, count, 8))
    kinds = rng.integers(0, 4, count)
    labels = [f"class{kind}" if labelled else "" for kind in kinds]
    return _examples(image, audio, labels, [f"v{i // 5}" for i in range(count)])


def _score(
    examples: EmbeddedExamples, k: int = 30, tree: LabelTree | None = None
) -> dict[str, DirectionScores]:
    return score_retrieval(examples, Gallery(examples, tree or LabelTree.flat()), k)


def _kind(examples: EmbeddedExamples) -> str:
    return Gallery(examples, LabelTree.flat()).kind


def test_by_label_equals_scikit_learn_without_the_own_group():
    examples = _random(labelled=True)
    scores = _score(examples)["image_audio"]
    for i in range(len(examples)):
        others = examples.groups != examples.groups[i]
        relevance = (examples.labels == examples.labels[i])[others]
        distance = np.linalg.norm(examples.image[i] - examples.audio, axis=1)[others]
        expected = ndcg_score([relevance], [-distance], k=30)
        assert scores.ndcg[i] == pytest.approx(expected, rel=1e-5)
        nearest = relevance[np.argsort(distance)[:5]].any()
        assert scores.recall[5][i] == nearest


def test_by_tree_equals_scikit_learn_with_graded_gains():
    tree = LabelTree(
        {f"class{kind}": [("top", f"half{kind // 2}", f"class{kind}")] for kind in range(4)}
    )
    examples = _random(labelled=True)
    scores = _score(examples, tree=tree)["audio_image"]
    kinds = np.array([int(label[-1]) for label in examples.labels])
    for i in range(0, len(examples), 7):
        others = examples.groups != examples.groups[i]
        near = np.where(kinds // 2 == kinds[i] // 2, 2 / 3, 1 / 3)
        relevance = np.where(kinds == kinds[i], 1.0, near)[others]
        distance = np.linalg.norm(examples.audio[i] - examples.image, axis=1)[others]
        expected = ndcg_score([relevance], [-distance], k=30)
        assert scores.ndcg[i] == pytest.approx(expected, rel=1e-5)
    # As half-relevant items are everywhere, chance is high; what is right is what it was.
    assert scores.chance.mean() > 0.5
    np.testing.assert_array_equal(scores.recall[1], _score(examples)["audio_image"].recall[1])


@pytest.mark.parametrize("labelled", [True, False])
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_random_embeddings_score_chance(labelled, direction):
    scores = _score(_random(labelled))[direction]
    assert scores.ndcg.mean() == pytest.approx(scores.chance.mean(), abs=0.02)
    for k in (1, 5, 10):
        expected = pytest.approx(scores.recall_chance[k].mean(), abs=0.06)
        assert scores.recall[k].mean() == expected


def test_collapsed_embeddings_score_chance_exactly():
    random = _random(labelled=True)
    ones = np.ones((len(random), 8), np.float32)
    scores = _score(_examples(ones, ones, random.labels, random.videos))["audio_image"]
    np.testing.assert_allclose(scores.ndcg, scores.chance, rtol=1e-9)
    np.testing.assert_allclose(scores.recall[10], scores.recall_chance[10], rtol=1e-9)


def test_without_labels_the_own_video_is_relevant():
    vectors = np.repeat(np.eye(6), 3, axis=0)
    examples = _examples(vectors, vectors, [""] * 18, [f"v{i // 3}" for i in range(18)], ["g"] * 18)
    assert _kind(examples) == "video"
    for scores in _score(examples).values():
        np.testing.assert_allclose(scores.ndcg, 1.0)
        np.testing.assert_allclose(scores.recall[1], 1.0)
        assert scores.chance.mean() < 0.7


def test_one_class_is_no_class_to_compare_by():
    vectors = np.eye(4)
    examples = _examples(vectors, vectors, ["a"] * 4, ["v", "v", "w", "w"])
    assert _kind(examples) == "video"
    assert examples.labels.tolist() == ["a"] * 4


def test_within_a_modality_the_query_does_not_find_itself():
    # One example a video: without labels nothing else is relevant.
    vectors = np.eye(4)
    scores = _score(_examples(vectors, vectors, [""] * 4, ["a", "b", "c", "d"]))
    assert np.isnan(scores["image_image"].ndcg).all()
    assert np.isnan(scores["image_image"].recall[1]).all()
    np.testing.assert_allclose(scores["image_audio"].ndcg, 1.0)
    chance = retrieval_chance(scores)
    assert np.isnan(chance["recall_at_5_image_image"])
    assert chance["recall_at_1_image_audio"] == pytest.approx(1 / 4)
    statistics = retrieval_statistics(scores)
    assert np.isnan(statistics["ndcg_image_image"](np.arange(4)))
    assert statistics["ndcg_image_audio"](np.arange(4)) == 1.0
    assert statistics["recall_at_1_audio_image"](np.array([2, 2])) == 1.0


def test_examples_without_a_label_are_left_out():
    vectors = np.eye(2)[[0, 0, 1, 1, 0, 0]]
    examples = _examples(vectors, vectors, ["a", "a", "b", "b", "", ""], list("uvwxyz"))
    assert len(examples) == 4
    np.testing.assert_allclose(_score(examples)["image_image"].ndcg, 1.0)


def test_examples_of_several_classes_are_relevant_in_part():
    vectors = np.eye(3)
    examples = _examples(vectors, vectors, ["a b", "b", "c a"], list("xyz"))
    scores = _score(examples)["image_audio"]
    # Gains of the others at equal distance: 3/4 and 1/2; in the best order, and on average.
    discount = 1 / np.log2(3)
    expected = (0.75 + 0.5) / 2 * (1 + discount) / (0.75 + 0.5 * discount)
    assert scores.ndcg[0] == pytest.approx(expected)
    assert np.isfinite(scores.ndcg).all()
    assert scores.recall[1].tolist() == [1.0, 0.5, 0.5]


def test_queries_with_nothing_to_find_are_not_counted():
    vectors = np.eye(3)[[0, 0, 1, 2]]
    scores = _score(_examples(vectors, vectors, ["a", "a", "b", "c"], list("wxyz")))
    assert np.isnan(scores["audio_image"].ndcg).tolist() == [False, False, True, True]


def test_difference_from_chance_has_its_own_statistic():
    scores = _score(_random(labelled=True))
    statistics = retrieval_statistics(scores)
    rows = np.arange(50)
    over = statistics["ndcg_over_chance_image_audio"](rows)
    chance = scores["image_audio"].chance[rows].mean()
    assert over == pytest.approx(statistics["ndcg_image_audio"](rows) - chance)


def test_embeddings_that_are_not_finite_are_an_error():
    with pytest.raises(ValueError, match="NaN or infinity"):
        _examples([[np.nan]], [[0.0]], ["a"], ["v"])


def _neighbours(examples, query, sought, count=4):
    gallery = Gallery(examples, LabelTree.flat())
    return nearest_neighbours(examples, gallery, query, sought, count, 5)


def test_neighbours_are_of_different_videos_nearest_first():
    examples = _random(labelled=True)
    for found in _neighbours(examples, "image", "audio"):
        rows = [neighbour.row for neighbour in found.nearest]
        distances = np.linalg.norm(examples.image[found.query] - examples.audio, axis=1)
        others = examples.groups != examples.groups[found.query]
        assert len(set(examples.videos[rows])) == 5
        assert found.nearest[0].distance == pytest.approx(distances[others].min(), rel=1e-5)
        assert [n.distance for n in found.nearest] == sorted(n.distance for n in found.nearest)
        for neighbour in found.nearest:
            same = examples.labels[neighbour.row] == examples.labels[found.query]
            assert neighbour.relevant == same
            assert others[neighbour.row]


def test_queries_are_of_different_classes():
    examples = _random(labelled=True)
    found = _neighbours(examples, "audio", "image")
    assert len({examples.labels[one.query] for one in found}) == 4
