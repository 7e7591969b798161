"""The step that lists the videos."""

from __future__ import annotations

import json

import pytest

from objects_that_sound.components.video_example_gen.video_list import read_video_list
from objects_that_sound.tfx_pipeline.kubeflow.configure import VIDEO_FINGERPRINT, configure
from objects_that_sound.tfx_pipeline.kubeflow.list_videos import main
from objects_that_sound.tfx_pipeline.kubeflow.push_destination import PushDestination
from objects_that_sound.tfx_pipeline.kubeflow.video_list_file import VIDEO_LIST
from objects_that_sound.tfx_pipeline.run_options import RunOptions


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "videos").mkdir()
    for name in "abcd":
        (tmp_path / "videos" / f"{name}.mp4").write_bytes(b"video")
    return tmp_path


def _run(folder, fingerprint: str, held_out: tuple[str, ...] = ()) -> None:
    videos = json.dumps([str(folder / "videos")])
    main(
        [
            *("--videos", videos, "--segments", "", "--fingerprint", fingerprint),
            *("--eval_videos", json.dumps(held_out), "--output", str(folder / "out")),
        ]
    )


def test_the_list_is_that_of_the_fingerprint(folder):
    options = RunOptions((str(folder / "videos"),), preset="smoke")
    fingerprint = configure(options, PushDestination("models"))[VIDEO_FINGERPRINT]
    _run(folder, fingerprint)
    path = folder / "out" / VIDEO_LIST
    listed = read_video_list(path.read_text().splitlines(), str(path))
    assert [video.path for video in listed] == [
        str(folder / "videos" / f"{name}.mp4") for name in "abcd"
    ]
    (folder / "videos" / "e.mp4").write_bytes(b"too late")
    with pytest.raises(SystemExit, match="changed after the run had begun"):
        _run(folder, fingerprint)


def test_named_splits_are_in_the_list(folder):
    held_out = (str(folder / "videos" / "[ad].mp4"),)
    options = RunOptions((str(folder / "videos"),), eval_videos=held_out, preset="smoke")
    fingerprint = configure(options, PushDestination("models"))[VIDEO_FINGERPRINT]
    _run(folder, fingerprint, held_out)
    path = folder / "out" / VIDEO_LIST
    listed = read_video_list(path.read_text().splitlines(), str(path))
    assert [video.split for video in listed] == ["eval", "", "", "eval"]
