"""Clips, scenes and seconds of Examples artifacts."""

from __future__ import annotations

import json
import pathlib

from objects_that_sound.tfx_pipeline.report.metadata_graph import ArtifactRecord
from objects_that_sound.tfx_pipeline.report.video_counts import VideoCounts, read_video_counts


def _artifact(folder: pathlib.Path, videos: list[dict], rejects=(), **properties) -> ArtifactRecord:
    folder.mkdir()
    for name, rows in (("videos.jsonl", videos), ("rejects.jsonl", rejects)):
        (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return ArtifactRecord(str(folder), properties)


def _video(name: str, split: str, **more) -> dict[str, str]:
    return {"video": name, "split": split, **more}


def test_rejects_do_not_count(tmp_path):
    videos = [_video("a", "train", group="x"), _video("b", "eval", group="y")]
    videos.append(_video("c", "eval", group="z"))
    artifact = _artifact(tmp_path / "1", videos, [{"video": "c"}], num_seconds=20)
    counts = VideoCounts({"train": 1, "eval": 1}, {"train": 1, "eval": 1}, 20)
    assert read_video_counts([artifact]) == counts


def test_a_scene_of_two_spans_counts_once(tmp_path):
    spans = [
        _artifact(tmp_path / str(span), [_video(f"v{span}", "train", group="x")], num_seconds=10)
        for span in (1, 2)
    ]
    assert read_video_counts(spans) == VideoCounts({"train": 2}, {"train": 1}, 20)


def test_what_an_older_artifact_does_not_tell_is_not_known(tmp_path):
    older = _artifact(tmp_path / "1", [_video("a", "train")])
    newer = _artifact(tmp_path / "2", [_video("b", "train", group="x")], num_seconds=10)
    assert read_video_counts([older, newer]) == VideoCounts({"train": 2}, {}, None)
    (tmp_path / "3").mkdir()
    assert read_video_counts([newer, ArtifactRecord(str(tmp_path / "3"), {})]) is None
    assert read_video_counts([]) is None
