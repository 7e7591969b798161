"""Tests of the ground truth."""

import json

import pytest

from objects_that_sound.components.generated_videos.annotation import annotate
from objects_that_sound.components.generated_videos.renderer import Renderer
from objects_that_sound.components.generated_videos.scene import Scene


def test_annotation_names_every_object_with_a_box_per_frame():
    scene = next(s for s in (Scene.sample(0, i, 2.0) for i in range(50)) if len(s.labels) == 3)
    renderer = Renderer(scene)
    annotation = json.loads(json.dumps(annotate(scene, renderer)))
    assert annotation["video"] == scene.name
    assert annotation["label"] == scene.labels[0]
    assert [o["sounding"] for o in annotation["objects"]] == [True, False, False]
    assert [o["label"] for o in annotation["objects"]] == list(scene.labels)
    for k, item in enumerate(annotation["objects"]):
        assert len(item["times"]) == len(item["boxes"]) == scene.frames
        assert item["times"] == sorted(set(item["times"]))
        for frame in (0, 7, scene.frames - 1):
            time = scene.frame_time(frame)
            # Looked up at the frame's own time, the last entry not after it is the frame's.
            entry = max(n for n, t in enumerate(item["times"]) if t <= time)
            assert entry == frame
            left, top, right, bottom = renderer.boxes(time)[k]
            expected = [
                top / scene.height,
                left / scene.width,
                bottom / scene.height,
                right / scene.width,
            ]
            assert item["boxes"][entry] == pytest.approx(expected, abs=1e-4)
