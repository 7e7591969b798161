from __future__ import annotations

import numpy as np

from objects_that_sound.models.losses import pair_masks


def _masks(function, group) -> tuple[np.ndarray, np.ndarray]:
    positives, negatives = function(np.array(group, np.int64))
    return np.array(positives), np.array(negatives)


def test_the_diagonal_corresponds_and_all_others_do_not():
    positives, negatives = _masks(pair_masks.all_pairs, [5, 6, 7])
    assert np.array_equal(positives, np.eye(3))
    assert np.array_equal(negatives, 1 - np.eye(3))


def test_a_sound_of_the_same_group_is_neither():
    positives, negatives = _masks(pair_masks.all_pairs, [5, 6, 5])
    assert np.array_equal(positives, np.eye(3))
    assert negatives.tolist() == [[0, 1, 0], [1, 0, 1], [0, 1, 0]]


def test_split_pairs_are_one_positive_and_one_negative_an_example():
    positives, negatives = _masks(pair_masks.split_pairs, [1, 2, 3, 4])
    assert np.array_equal(positives, np.eye(4))
    assert negatives.sum(0).tolist() == negatives.sum(1).tolist() == [1] * 4
    assert [row.argmax() for row in negatives] == [1, 2, 3, 0]  # the next example's sound


def test_split_pairs_leave_out_a_neighbour_of_the_same_group():
    _, negatives = _masks(pair_masks.split_pairs, [1, 1, 2, 3])
    assert negatives.sum(1).tolist() == [0, 1, 1, 1]


def test_masks_are_disjoint():
    for function in (pair_masks.all_pairs, pair_masks.split_pairs):
        positives, negatives = _masks(function, [1, 2, 2, 3, 1])
        assert not (positives * negatives).any()


def test_further_sounds_are_negatives_of_all_frames():
    for function in (pair_masks.all_pairs, pair_masks.split_pairs):
        positives, negatives = function(np.array([1, 2, 2]), 5)
        before, others = function(np.array([1, 2, 2]))
        assert np.array(positives)[:, :3].tolist() == np.array(before).tolist()
        assert np.array(negatives)[:, :3].tolist() == np.array(others).tolist()
        assert not np.array(positives)[:, 3:].any()
        assert np.array(negatives)[:, 3:].tolist() == [[1, 1]] * 3
