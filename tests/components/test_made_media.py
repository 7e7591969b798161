"""What making media leaves behind."""

from __future__ import annotations

import os

import pytest


@pytest.mark.parametrize("codec", ["libx264", "libsvtav1"])
def test_no_encoder_leaves_the_tests_with_real_time_priority(media, tmp_path, codec):
    assert os.sched_getscheduler(0) == os.SCHED_OTHER
    media(tmp_path / "clip.mp4", frames=3, video_codec=codec)
    assert os.sched_getscheduler(0) == os.SCHED_OTHER
