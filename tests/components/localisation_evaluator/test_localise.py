"""Which frames a model is asked about, with which sounds, and what becomes of its answers."""

from __future__ import annotations

import numpy as np
import pytest

from objects_that_sound.components.localisation_evaluator.frames_and_sounds import FramesAndSounds
from objects_that_sound.components.localisation_evaluator.localise import localise

EXAMPLES = [{"image/encoded": [bytes([row])], "audio/pcm": [bytes([10 + row])]} for row in range(5)]


class _Model:
    """Scores a frame and a sound by their numbers; says so of one sound only: `bad`."""

    frames = 1

    def __init__(self, bad: int = -1):
        self._bad = bad

    def call(self, signature, inputs):
        assert signature == "localise"
        frames, sounds = (np.array([one[0] for one in inputs[name]]) for name in ("image", "audio"))
        score = np.where(sounds == self._bad, np.nan, frames + sounds / 100)
        return {
            "score": score,
            "heatmap": score[:, None, None],
            "crop_box": np.tile([0.0, 0.0, 1.0, 1.0], (len(score), 1)),
        }


def _data() -> FramesAndSounds:
    wrong = [bytes([20 + row]) for row in range(5)]
    off_screen = [None, bytes([31]), None, bytes([33]), bytes([34])]
    return FramesAndSounds(EXAMPLES, EXAMPLES, {"wrong": wrong, "off_screen": off_screen})


@pytest.mark.parametrize("batch_size", [1, 2, 7])
def test_every_frame_meets_its_sounds(batch_size):
    found = localise(_Model(), _data(), batch_size, "model")
    np.testing.assert_allclose(found.scores["true"], [0.10, 1.11, 2.12, 3.13, 4.14])
    np.testing.assert_allclose(found.scores["wrong"], [0.20, 1.21, 2.22, 3.23, 4.24])
    np.testing.assert_allclose(found.scores["off_screen"], [np.nan, 1.31, np.nan, 3.33, 4.34])
    assert [float(one["heatmap"][0, 0]) for one in found.right] == found.scores["true"].tolist()
    assert [float(one["heatmap"][0, 0]) for one in found.wrong] == found.scores["wrong"].tolist()


def test_a_score_that_is_not_finite_is_an_error():
    with pytest.raises(ValueError, match="off_screen sounds hold NaN"):
        localise(_Model(bad=33), _data(), 2, "model")
