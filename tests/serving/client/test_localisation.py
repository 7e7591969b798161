"""The localisation of one image out of the answer for a batch of many shapes."""

from __future__ import annotations

import numpy as np
import pytest

from objects_that_sound.serving.client.localisation import Localisation


@pytest.mark.parametrize("shape", [(2, 5), (5, 2), (5, 5), (1, 3)])
def test_cells_that_fill_up_are_left_out(shape: tuple[int, int]):
    heatmap = np.zeros((5, 5), np.float32)
    heatmap[: shape[0], : shape[1]] = 0.1
    heatmap[shape[0] - 1, shape[1] - 1] = 0.9
    ends = np.array([0, 0, 5 / shape[0], 5 / shape[1]], np.float32)
    found = Localisation.of_answer(heatmap, np.float32(0.9), ends)
    assert found.heatmap.shape == shape and found.heatmap.min() > 0
    assert found.crop_box == (0, 0, 1, 1)
    assert found.peak == pytest.approx((1 - 0.5 / shape[0], 1 - 0.5 / shape[1]))


def test_a_map_of_a_part_stays():
    """As of models that were exported before they saw the whole image."""
    found = Localisation.of_answer(np.eye(4, dtype=np.float32), 0.5, np.array([0, 0.25, 1, 0.75]))
    assert found.heatmap.shape == (4, 4) and found.crop_box == (0, 0.25, 1, 0.75)
