from __future__ import annotations

import pytest

from objects_that_sound.models.training.plateau import best_epoch, is_plateau


def test_the_first_of_two_equally_good_epochs_is_the_best():
    assert best_epoch([0.5, 0.8, 0.7, 0.8]) == 1


@pytest.mark.parametrize(
    ("patience", "figures", "plateau"),
    [
        (2, [0.5], False),
        (2, [0.5, 0.6, 0.55], False),
        (2, [0.5, 0.6, 0.55, 0.6], True),  # as good is not better
        (2, [0.5, 0.6, 0.55, 0.61, 0.5], False),
    ],
)
def test_it_is_one_when_no_epoch_was_better_for_so_many(patience, figures, plateau):
    assert is_plateau(figures, patience) == plateau


@pytest.mark.parametrize(
    ("rising", "waited", "plateau"),
    [(1, 4, False), (1, 5, True), (10, 4, False), (10, 5, True), (70, 29, False), (70, 30, True)],
)
def test_the_patience_that_is_found_grows_with_the_training(rising, waited, plateau):
    figures = [*range(rising), *([0] * waited)]
    assert is_plateau(figures, patience=0) == plateau
