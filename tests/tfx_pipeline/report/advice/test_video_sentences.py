"""What is said of more video."""

from __future__ import annotations

import pytest

from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.tfx_pipeline.report.advice.video_sentences import video_sentences


def test_figures_gain_and_forecast_are_said(curve):
    text = " ".join(video_sentences(curve()))
    assert "Learnt from 100, 200 and 400 of its clips by the same recipe, AVC accuracy is" in text
    assert "is 0.530, 0.550 and 0.570: each doubling brought +0.020 (+0.005 to +0.035)." in text
    assert "800 clips give 0.590 (0.550 to 0.630) and 1,600 clips give 0.610" in text


@pytest.mark.parametrize(
    ("gain", "said"),
    [
        (Estimate(0.02, 0.005, 0.035), "More video surely helps."),
        (Estimate(0.02, -0.01, 0.05), "too few to tell whether more video helps"),
        (Estimate(0.02), "too few to tell whether more video helps"),
        (Estimate(-0.02, -0.03, -0.01), "More video of this kind did not help."),
    ],
)
def test_whether_more_helps_is_said_only_where_it_is_sure(curve, gain, said):
    assert said in " ".join(video_sentences(curve(gain)))


def test_a_curve_that_nobody_measured_is_not_spoken_of():
    assert video_sentences(None) == []
