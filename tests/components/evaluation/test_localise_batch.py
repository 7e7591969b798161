"""Maps of pictures of many shapes, out of the answer for a batch."""

from __future__ import annotations

import numpy as np

from objects_that_sound.components.evaluation.localise_batch import localise_batch


class _Model:
    """Answers of three pictures of 2 x 3, 3 x 2 and 1 x 1 cells, as the signature fills them up."""

    frames = 1

    def call(self, signature, inputs):
        assert signature == "localise" and inputs == {"image": [b"a"] * 3, "audio": [b"b"] * 3}
        heatmap = np.zeros((3, 3, 3), np.float32)
        heatmap[0, :2, :3], heatmap[1, :3, :2], heatmap[2, 0, 0] = 0.1, 0.2, 0.3
        ends = np.array([[3 / 2, 3 / 3], [3 / 3, 3 / 2], [3, 3]], np.float32)
        return {
            "heatmap": heatmap,
            "crop_box": np.concatenate([np.zeros((3, 2), np.float32), ends], 1),
            "score": np.array([0.1, 0.2, 0.3], np.float32),
        }


def test_cells_beyond_the_picture_are_left_out():
    maps = localise_batch(_Model(), [b"a"] * 3, [b"b"] * 3)
    assert [one["heatmap"].shape for one in maps] == [(2, 3), (3, 2), (1, 1)]
    for one in maps:
        assert (one["heatmap"] == one["score"]).all()
        assert one["crop_box"].tolist() == [0, 0, 1, 1]


def test_a_map_of_a_part_of_the_picture_stays():
    """As of models that were exported before they saw all of it."""

    class Old(_Model):
        def call(self, signature, inputs):
            answer = super().call(signature, inputs)
            return {**answer, "crop_box": np.array([[0.1, 0.2, 0.9, 0.8]] * 3)}

    for one in localise_batch(Old(), [b"a"] * 3, [b"b"] * 3):
        assert one["heatmap"].shape == (3, 3)
        assert one["crop_box"].tolist() == [0.1, 0.2, 0.9, 0.8]
