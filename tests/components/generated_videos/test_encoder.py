"""Tests of the encoded files."""

import av
import numpy as np
import pytest

from objects_that_sound.components.generated_videos.encoder import encode
from objects_that_sound.components.generated_videos.renderer import Renderer
from objects_that_sound.components.generated_videos.scene import Scene

_CODECS = {"mp4": ("h264", "aac"), "webm": ("vp9", "opus")}


def _first(container: str) -> Scene:
    scenes = (Scene.sample(0, index, seconds=2.0) for index in range(100))
    return next(scene for scene in scenes if scene.container == container)


@pytest.fixture(scope="module", params=["mp4", "webm"])
def encoded(request, tmp_path_factory):
    scene = _first(request.param)
    path = tmp_path_factory.mktemp("encoded") / scene.name
    encode(scene, Renderer(scene), path)
    return scene, path


def test_streams_are_as_the_scene_says(encoded):
    scene, path = encoded
    with av.open(str(path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        names = video.codec_context.codec.canonical_name, audio.codec_context.codec.canonical_name
        assert names == _CODECS[scene.container]
        assert (video.width, video.height) == (scene.width, scene.height)
        assert float(video.average_rate) == pytest.approx(float(scene.frame_rate), rel=0.02)
        assert (audio.rate, audio.channels) == (scene.sample_rate, scene.channels)
        frames = [frame.time for frame in container.decode(video)]
        container.seek(0)
        samples = sum(frame.samples for frame in container.decode(audio))
    assert len(frames) == scene.frames
    np.testing.assert_allclose(
        frames, [scene.frame_time(k) for k in range(scene.frames)], atol=0.0011
    )
    assert samples / scene.sample_rate == pytest.approx(2.0, abs=0.1)


def test_decoded_pixels_show_the_scene(encoded):
    scene, path = encoded
    drawn = Renderer(scene).frame(scene.frame_time(5))
    with av.open(str(path)) as container:
        frame = list(container.decode(video=0))[5].to_ndarray(format="rgb24")
    error = np.abs(frame.astype(np.float32) - np.asarray(drawn, np.float32)).mean()
    assert error < 12


def test_the_same_scene_gives_the_same_bytes(encoded, tmp_path):
    scene, path = encoded
    encode(scene, Renderer(scene), tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == path.read_bytes()
