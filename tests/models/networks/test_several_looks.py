"""Further looks at a picture find the same things, at the same places."""

import keras
import numpy as np
import pytest

from objects_that_sound.models.networks.several_looks import several_looks

_CELL = 4


def _brightness(image):
    """A place is as likely as its cell is bright."""
    return keras.ops.average_pool(image / 255, _CELL, _CELL, data_format="channels_last")[..., 0]


def _left_edges(image):
    """A place is as likely as its cell is darker than what lies to its right."""
    cells = _brightness(image)
    right = keras.ops.concatenate([cells[:, :, 1:], cells[:, :, -1:]], axis=2)
    return keras.ops.maximum(right - cells, 0.0)


def _looks(places_of, image, nearer):
    places, side = several_looks(places_of(image), places_of, image, _CELL, nearer)
    return keras.ops.convert_to_numpy(places), side


def _picture(rows: int, columns: int) -> np.ndarray:
    shape = (2, rows * _CELL, columns * _CELL, 1)
    return np.random.default_rng(0).uniform(0, 255, shape).astype(np.float32)


def test_what_looks_the_same_in_a_mirror_is_found_where_it_was():
    image = _picture(3, 5)
    places, side = _looks(_brightness, image, nearer=False)
    assert side == _CELL
    assert places == pytest.approx(keras.ops.convert_to_numpy(_brightness(image)), abs=1e-6)


@pytest.mark.parametrize("nearer", [False, True])
def test_a_thing_known_by_one_side_is_marked_at_both(nearer):
    image = np.zeros((1, 3 * _CELL, 6 * _CELL, 1), np.float32)
    image[:, :, 2 * _CELL : 4 * _CELL] = 255  # two cells in the middle
    places, _ = _looks(_left_edges, image, nearer)
    assert places[0, 0].max() > 0.2
    assert places == pytest.approx(places[:, :, ::-1], abs=1e-6)


@pytest.mark.parametrize("size", [(2, 2), (3, 5), (4, 7), (1, 9)])
def test_the_nearer_look_has_cells_of_half_the_side_and_agrees_with_the_first(size):
    rows, columns = size
    down, across = np.mgrid[: rows * _CELL, : columns * _CELL]
    image = (100 + 3 * down + 2 * across)[None, :, :, None].astype(np.float32)  # brighter steadily
    places, side = _looks(_brightness, image, nearer=True)
    assert side == _CELL // 2
    assert places.shape == (1, 2 * rows, 2 * columns)
    coarse = places.reshape(1, rows, 2, columns, 2).mean((2, 4))
    wanted = keras.ops.convert_to_numpy(_brightness(image))
    inner = (slice(None), slice(1, -1), slice(1, -1))  # bilinear scaling repeats the edges
    assert coarse[inner] == pytest.approx(wanted[inner], abs=5 / 255)
