"""Relevance of examples with one class or several."""

from __future__ import annotations

import numpy as np
import pytest

from objects_that_sound.components.retrieval_evaluator.graded_relevance import GradedRelevance
from objects_that_sound.components.retrieval_evaluator.label_tree import LabelTree

TREE = LabelTree({"cat": [("animal", "cat")], "dog": [("animal", "dog")], "car": [("car",)]})


def test_flat_single_classes_are_relevant_or_not():
    labels = list("abcab")
    relevance = GradedRelevance([(label,) for label in labels], LabelTree.flat())
    same = np.array(labels)[:, None] == np.array(labels)
    np.testing.assert_allclose(relevance.gains(np.arange(5)), same)
    np.testing.assert_array_equal(relevance.shares_a_class(np.arange(5)), same)


def test_several_classes_are_matched_with_the_best():
    sets = [("cat",), ("dog",), ("cat", "car"), ("car",), ("car", "cat", "car")]
    relevance = GradedRelevance(sets, TREE)
    gains = relevance.gains(np.arange(5))
    np.testing.assert_allclose(gains, gains.T)
    np.testing.assert_allclose(np.diag(gains), 1.0)
    assert gains[0, 1] == pytest.approx(1 / 2)
    # cat has itself; of cat and car one has itself, the other nothing.
    assert gains[0, 2] == pytest.approx((1 + 1 / 2) / 2)
    # dog has the cat; the cat has the dog, the car nothing.
    assert gains[1, 2] == pytest.approx((1 / 2 + 1 / 4) / 2)
    assert gains[1, 3] == 0.0
    assert gains[2, 4] == pytest.approx(1.0)
    np.testing.assert_allclose(relevance.gains(np.array([3, 1])), gains[[3, 1]])
    assert relevance.shares_a_class(np.array([2]))[0].tolist() == [True, False, True, True, True]


def test_an_example_without_a_class_is_an_error():
    with pytest.raises(ValueError, match="without a class"):
        GradedRelevance([("a",), ()], LabelTree.flat())
