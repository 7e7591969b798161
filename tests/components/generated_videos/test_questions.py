"""What is asked of videos with several sounding things, as the benchmark reads it."""

from __future__ import annotations

import collections
import io
import json
import pathlib

import numpy as np
import pytest
from PIL import Image

from objects_that_sound.components.generated_videos.difficulty import Difficulty
from objects_that_sound.components.generated_videos.generator import generate_videos
from objects_that_sound.components.generated_videos.renderer import Renderer
from objects_that_sound.components.generated_videos.scene import Scene
from objects_that_sound.components.localisation_benchmark_evaluator.layouts.registry import (
    read_localisation_benchmark,
)
from objects_that_sound.components.localisation_benchmark_evaluator.read_media import read_media
from objects_that_sound.components.video_example_gen.decoder_pool import DecoderPool

COUNT, SEED, SECONDS = 6, 2, 2.5
SEVERAL = Difficulty(several_sounding=1.0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("several")
    generate_videos(folder, COUNT, SEED, SECONDS, SEVERAL, workers=1, progress=False)
    return folder


def _scenes() -> dict[str, Scene]:
    scenes = (Scene.sample(SEED, index, SECONDS, SEVERAL) for index in range(COUNT))
    return {scene.name: scene for scene in scenes}


def test_every_sounding_object_is_asked_for_at_its_time(folder: pathlib.Path):
    benchmark = read_localisation_benchmark("folder", str(folder))
    assert benchmark.listed == len(benchmark.samples) and not benchmark.faults
    scenes = _scenes()
    assert {scene.story.plot for scene in scenes.values()} == {
        "together",
        "in turn",
        "falls silent",
    }
    asked = collections.defaultdict(list)
    for sample in benchmark.samples:
        asked[pathlib.Path(sample.picture.path).name].append(sample)
    assert set(asked) == set(scenes)
    for name, samples in asked.items():
        scene, renderer = scenes[name], Renderer(scenes[name])
        labels = [sample.label for sample in samples]
        if scene.story.plot == "falls silent":
            assert labels == [scene.labels[0], ""]
            assert [sample.sounds for sample in samples] == [True, False]
        else:
            assert tuple(labels) == scene.labels[:2] and all(sample.sounds for sample in samples)
        together = scene.story.plot == "together"
        assert len({sample.group for sample in samples}) == (1 if together else 2)
        in_turn = scene.story.plot == "in turn"
        assert {sample.scene for sample in samples} == ({name} if in_turn else {""})
        for place, sample in enumerate(samples):
            if sample.sounds:
                frame = int(sample.picture.time * scene.frame_rate + 1e-6)
                left, top, right, bottom = renderer.boxes(scene.frame_time(frame))[place]
                size = (scene.width, scene.height) * 2
                wanted = [
                    edge / side for edge, side in zip((left, top, right, bottom), size, strict=True)
                ]
                assert sample.boxes[0] == pytest.approx(wanted, abs=1e-3)


def test_of_two_at_once_each_is_heard_alone(folder: pathlib.Path):
    benchmark = read_localisation_benchmark("folder", str(folder))
    of_one = collections.defaultdict(list)
    for sample in benchmark.samples:
        of_one[sample.group].append(sample)
    [pair, *_] = [samples for samples in of_one.values() if len(samples) == 2]
    with DecoderPool(1) as pool:
        media = [read_media(sample, 16000, 1, pool) for sample in pair]
    first, second = (np.frombuffer(one.sound, "<i2").astype(float) for one in media)
    assert len(first) == len(second) == 16000
    assert min(np.std(first), np.std(second)) > 300
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.3
    pictures = [np.asarray(Image.open(io.BytesIO(one.picture))) for one in media]
    np.testing.assert_array_equal(*pictures)


def test_no_pipeline_takes_the_sounds_for_videos(folder: pathlib.Path):
    from objects_that_sound.components.video_example_gen.video_files import find_videos

    assert list(folder.rglob("*.wav"))
    assert {pathlib.Path(file.path).name for file in find_videos([str(folder)])} == set(_scenes())


def test_without_several_there_is_nothing_to_ask(tmp_path: pathlib.Path):
    generate_videos(tmp_path, 1, SEED, 1.0, workers=1, progress=False)
    assert {path.suffix for path in tmp_path.iterdir()} <= {".mp4", ".webm", ".json", ".jsonl"}
    assert not (tmp_path / "boxes.json").exists() and not (tmp_path / ".sounds").exists()


def test_a_folder_older_than_a_range_had_its_default_there(tmp_path: pathlib.Path):
    generate_videos(tmp_path, 1, SEED, 1.0, workers=1, progress=False)
    file = tmp_path / "generated.json"
    parameters = json.loads(file.read_text())
    del parameters["difficulty"]["several_sounding"]
    file.write_text(json.dumps(parameters))
    assert generate_videos(tmp_path, 1, SEED, 1.0, workers=1, progress=False) == 0
    with pytest.raises(ValueError, match="other parameters"):
        generate_videos(tmp_path, 1, SEED, 3.0, SEVERAL, workers=1, progress=False)


def test_a_video_too_short_for_a_turn_is_refused(tmp_path: pathlib.Path):
    with pytest.raises(ValueError, match=r"must have at least 2.5 seconds, not 2.0"):
        generate_videos(tmp_path, 1, SEED, 2.0, SEVERAL, workers=1, progress=False)
