"""Overlay videos around moments of held-out clips."""

from __future__ import annotations

import types

import av
import numpy as np
import pytest

from objects_that_sound.components.generated_videos.generator import generate_videos
from objects_that_sound.tfx_pipeline.report.held_out_clips import (
    held_out_clips_folder,
    read_held_out_clips,
)
from objects_that_sound.tfx_pipeline.report.make_held_out_clips import make_held_out_clips


class Localiser:
    """Finds the sound in the upper half of every frame."""

    def describe(self):
        return types.SimpleNamespace(sample_rate=8000, image_size=64, frames=1, map_threshold=0.5)

    def localise(self, images, audios):
        found = types.SimpleNamespace(
            heatmap=np.array([[0.9], [0.0]], np.float32), score=0.25, crop_box=(0.0, 0.0, 1.0, 1.0)
        )
        return [found] * len(images)


@pytest.fixture(scope="module")
def paths(tmp_path_factory) -> dict[str, str]:
    """Four videos of two seconds, one that is none, and one that is gone."""
    folder = tmp_path_factory.mktemp("clips")
    generate_videos(folder, count=4, seed=1, seconds=2.0, workers=1, progress=False)
    (folder / "text.mp4").write_text("no video")
    made = sorted(path.name for path in folder.glob("video_*"))
    return {name: str(folder / name) for name in [*made, "text.mp4", "gone.mp4"]}


def test_three_are_made_and_files_that_cannot_be_read_are_passed_over(paths, tmp_path):
    good = [name for name in paths if name not in ("text.mp4", "gone.mp4")]
    order = ["gone.mp4", good[0], "text.mp4", good[1], good[0], "unknown.mp4", good[2], good[3]]
    moments = [(name, 1.75 if place == 1 else 0.5) for place, name in enumerate(order)]
    folder = held_out_clips_folder(tmp_path, "artifacts/Trainer/model/7")
    clips = make_held_out_clips(moments, paths, Localiser(), folder)
    assert [one.video_id for one in clips] == good[:3]
    assert [one.start for one in clips] == [0.25, 0.0, 0.0]  # the first moment of each counts
    assert {one.score for one in clips} == {0.25}
    assert read_held_out_clips(tmp_path, "artifacts/Trainer/model/7/") == clips
    for one in clips:
        with av.open(f"{folder}/{one.video}") as container:
            frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
            assert [stream.type for stream in container.streams] == ["video", "audio"]
        assert len(frames) == pytest.approx(10 * (2 - one.start), abs=1)
        assert frames[0].shape[1] > 3 * 72  # panels of the file's own frames
        with av.open(f"{folder}/{one.poster}") as poster:
            [shown] = poster.decode(video=0)
        assert (shown.width, shown.height) == frames[0].shape[1::-1]


def test_without_any_file_there_are_none_and_that_is_remembered(tmp_path):
    folder = held_out_clips_folder(tmp_path, "7")
    assert make_held_out_clips([("a", 1.0)], {"a": "gs://there/a.mp4"}, Localiser(), folder) == ()
    assert read_held_out_clips(tmp_path, "7") == ()
    assert read_held_out_clips(tmp_path, "8") is None
