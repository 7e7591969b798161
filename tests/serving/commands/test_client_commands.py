"""`ots score`, `embed` and `localise` against a server."""

from __future__ import annotations

import json
import pathlib
import wave
from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
import pytest
import tensorflow as tf
from click.testing import CliRunner
from PIL import Image

from objects_that_sound.serving.model_server.model_server import ModelServer
from objects_that_sound.serving.model_server.model_server_options import ModelServerOptions
from objects_that_sound.tfx_pipeline.commands import embed, localise, score

_SOUND_RATE = 16000


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory, png: bytes) -> str:
    path = tmp_path_factory.mktemp("image") / "grey.png"
    path.write_bytes(png)
    return str(path)


@pytest.fixture(scope="module")
def audio(tmp_path_factory: pytest.TempPathFactory) -> str:
    """3 s at twice the model's rate, stereo; loud only in the second around 2.3 s."""
    path = tmp_path_factory.mktemp("audio") / "tone.wav"
    time = np.arange(3 * _SOUND_RATE) / _SOUND_RATE
    loudness = np.where(abs(time - 2.3) < 0.55, 16384, 1638)
    tone = (np.sin(time * 2 * np.pi * 400) * loudness).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(_SOUND_RATE)
        file.writeframes(np.repeat(tone, 2).tobytes())
    return str(path)


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> str:
    """2 s: black until 1 s, then white; with a quiet tone."""
    path = tmp_path_factory.mktemp("video") / "clip.mp4"
    with av.open(str(path), "w") as container:
        pictures = container.add_stream("mpeg4", rate=10)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 48, "yuv420p"
        sounds = container.add_stream("aac", rate=_SOUND_RATE, layout="mono")
        for number in range(20):
            pixels = np.full((48, 64, 3), 0 if number < 10 else 255, np.uint8)
            container.mux(pictures.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
        container.mux(pictures.encode())
        time = np.arange(2 * _SOUND_RATE) / _SOUND_RATE
        tone = (np.sin(time * 2 * np.pi * 400) * 8192).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(tone[None], "s16", "mono")
        frame.sample_rate, frame.pts, frame.time_base = _SOUND_RATE, 0, Fraction(1, _SOUND_RATE)
        container.mux(sounds.encode(frame))
        container.mux(sounds.encode())
    return str(path)


@pytest.fixture(params=["grpc", "rest"])
def server_flags(request: pytest.FixtureRequest, sound_server: ModelServer) -> list[str]:
    ports = {"grpc": sound_server.port, "rest": sound_server.rest_api_port}
    return [f"--server=127.0.0.1:{ports[request.param]}", f"--protocol={request.param}"]


def run(command, *arguments: str) -> str:
    result = CliRunner().invoke(command, list(arguments))
    assert result.exit_code == 0, result.output
    return result.stdout


def test_score(server_flags: list[str], image: str, audio: str):
    arguments = ["--image", image, "--audio", audio, *server_flags]
    quiet = json.loads(run(score.command, *arguments, "--json", "--time=1"))
    loud = json.loads(run(score.command, *arguments, "--json", "--time=2.3"))
    # Brightness 0.2 times the greatest amplitude of that second.
    assert quiet["score"] == pytest.approx(0.2 * 0.05, rel=0.1)
    assert loud["score"] == pytest.approx(0.2 * 0.5, rel=0.1)
    assert run(score.command, *arguments, "--time=2.3").startswith(f"{loud['score']:.4f}  prob")


def test_score_of_a_video(server_flags: list[str], video: str):
    black, white = (
        json.loads(run(score.command, "--video", video, "--json", f"--time={t}", *server_flags))
        for t in (0.6, 1.4)
    )
    assert black["score"] == pytest.approx(0, abs=0.01)
    assert white["score"] == pytest.approx(0.25, rel=0.15)
    assert white["source"].endswith("clip.mp4 at 1.40 s")


def test_scores_over_a_whole_video(server_flags: list[str], video: str):
    lines = run(score.command, "--video", video, "--every=0.25", *server_flags).splitlines()
    moments = [json.loads(line) for line in lines]
    times = [moment["time"] for moment in moments]
    assert times == pytest.approx([0.5, 0.75, 1.0, 1.25, 1.5], abs=0.06)
    for moment in moments:
        white = moment["time"] >= 1.0
        assert moment["score"] == pytest.approx(0.25 if white else 0.0, abs=0.04)


def test_embeds_over_a_whole_video(server_flags: list[str], video: str):
    lines = run(embed.command, "--video", video, "--every=0.5", *server_flags).splitlines()
    for line in lines:
        assert set(json.loads(line)) == {"time", "image_embedding", "audio_embedding"}
    assert len(lines) in (2, 3)


@pytest.mark.parametrize("options", [["--image=IMAGE"], ["--video=VIDEO", "--time=1"]])
def test_sliding_needs_a_video_and_no_time(server_flags, options, image, video):
    given = [one.replace("IMAGE", image).replace("VIDEO", video) for one in options]
    result = CliRunner().invoke(score.command, [*given, "--every=1", *server_flags])
    assert result.exit_code == 2
    assert "--every goes with --video alone" in result.output


def test_embed(server_flags: list[str], image: str, video: str):
    only_image = json.loads(run(embed.command, "--image", image, "--json", *server_flags))
    assert only_image["image_embedding"][0] == pytest.approx(0.2, abs=1e-3)
    assert "audio_embedding" not in only_image
    both = json.loads(run(embed.command, "--video", video, "--json", *server_flags))
    assert both["cosine"] == pytest.approx(
        np.dot(both["image_embedding"], both["audio_embedding"]), abs=1e-6
    )
    assert "image_embedding (2): 0.2" in run(embed.command, "--image", image, *server_flags)


def test_localise(server_flags: list[str], image: str, audio: str, tmp_path: pathlib.Path):
    output = tmp_path / "overlay.png"
    arguments = ["--image", image, "--audio", audio, "-o", str(output), *server_flags]
    words = run(localise.command, *arguments)
    assert "69% of the width and 38% of the height" in words
    result = json.loads(run(localise.command, *arguments, "--json"))
    assert result["peak"] == {"y": 0.375, "x": 0.6875, "value": 1.0}
    pixels = np.asarray(Image.open(output)).astype(int)  # [512, 640, 3], grey 51 before
    assert pixels.shape == (512, 640, 3)
    changed = abs(pixels - 51).sum(2)
    y, x = np.unravel_index(changed.argmax(), changed.shape)
    assert abs(y - 0.375 * 512) <= 64 and abs(x - 0.6875 * 640) <= 64
    for outside in (pixels[:, :160], pixels[:, 480:]):  # of the crop: dimmed alike
        assert outside.max() - outside.min() <= 1 and outside.max() < 51


def test_localise_a_whole_video(server_flags: list[str], video: str, tmp_path: pathlib.Path):
    output = tmp_path / "out.mp4"
    lines = run(localise.command, video, "-o", str(output), "--json", *server_flags).splitlines()
    *frames, result = map(json.loads, lines)
    assert [frame["time"] for frame in frames] == sorted({frame["time"] for frame in frames})
    assert len(frames) == result["frames"] == 20 and result["broken_frames"] == 0
    # Half of the frames are black, half white; the sound's amplitude is a quarter of the greatest.
    assert result["mean_score"] == pytest.approx(0.5 * 0.25, rel=0.15)
    with av.open(str(output)) as container:
        assert [stream.type for stream in container.streams] == ["video", "audio"]
        assert container.streams.video[0].frames == 20
    arguments = [video, "-o", str(output), "--max-seconds=0.5", "--width=300", *server_flags]
    assert "out.mp4: 5 frames, 0.5 s, in " in run(localise.command, *arguments)


def test_files_that_cannot_be_used(server_flags: list[str], image: str, audio: str):
    cases = [
        (["--image", image, "--audio", image], "grey.png"),
        (["--image", audio, "--audio", audio], "tone.wav: cannot_open: not a picture"),
        (["--image", image, "--audio", audio, "--time=2.9"], "no whole second of sound"),
        (["--video", image], "grey.png: cannot_open"),
    ]
    for arguments, words in cases:
        result = CliRunner().invoke(score.command, [*arguments, *server_flags])
        assert result.exit_code == 1, result.output
        assert words in result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "give --image and --audio, or --video"),
        (["--image"], "give --image and --audio, or --video"),
        (["--image", "--audio", "--video"], "not both"),
    ],
)
def test_options_that_do_not_go_together(arguments: list[str], words: str, image: str):
    given = [part for option in arguments for part in (option, image)]
    result = CliRunner().invoke(score.command, ["--protocol=rest", *given])
    assert result.exit_code == 2
    assert words in result.output


def test_no_server(image: str):
    result = CliRunner().invoke(
        embed.command, ["--image", image, "--protocol=rest", "--server=127.0.0.1:1"]
    )
    assert result.exit_code == 1
    assert "no model server at 127.0.0.1:1; start one with `ots serve" in result.output


class _ThreeFrames(tf.Module):
    """An image's embedding is the brightness of its three frames; its score that of the first."""

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, 3], tf.string, "image"),
            tf.TensorSpec([None], tf.string, "audio"),
        ]
    )
    def score(self, image, audio):
        return {"score": self.embed_image(image)["embedding"][:, 0]}

    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.string, "image")])
    def embed_image(self, image):
        means = tf.map_fn(
            lambda each: tf.reduce_mean(tf.cast(tf.io.decode_jpeg(each, 3), tf.float32)),
            tf.reshape(image, [-1]),
            fn_output_signature=tf.float32,
        )
        return {"embedding": tf.reshape(means / 255, [-1, 3])}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "audio")])
    def embed_audio(self, audio):
        return {"embedding": tf.ones([tf.shape(audio)[0], 3])}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "query")])
    def describe(self, query):
        facts = {"sample_rate": 8000, "image_size": 32, "embedding_size": 3, "frames": 3}
        return {name: tf.fill(tf.shape(query), value) for name, value in facts.items()}


@pytest.fixture(scope="module")
def of_three_frames(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelServer]:
    folder = tmp_path_factory.mktemp("of_three_frames")
    model = _ThreeFrames()
    signatures = {
        name: getattr(model, name) for name in ("score", "embed_image", "embed_audio", "describe")
    }
    tf.saved_model.save(model, str(folder / "1"), signatures)
    options = ModelServerOptions(
        folder,
        model_name="objects-that-sound",
        port=None,
        rest_api_port=None,
        bind_address="127.0.0.1",
    )
    with ModelServer(options) as running:
        yield running


@pytest.mark.parametrize("protocol", ["grpc", "rest"])
def test_a_model_of_several_frames(
    of_three_frames: ModelServer, protocol: str, image: str, audio: str, video: str
):
    ports = {"grpc": of_three_frames.port, "rest": of_three_frames.rest_api_port}
    flags = [f"--server=127.0.0.1:{ports[protocol]}", f"--protocol={protocol}"]
    # The video becomes white at 1 s: 0.04 s before, it is black.
    found = json.loads(run(embed.command, "--video", video, "--time=1", "--json", *flags))
    assert found["image_embedding"] == pytest.approx([0, 1, 1], abs=0.02)
    found = json.loads(run(score.command, "--video", video, "--time=1", "--json", *flags))
    assert found["score"] == pytest.approx(0, abs=0.02)
    result = CliRunner().invoke(score.command, ["--image", image, "--audio", audio, *flags])
    assert result.exit_code == 2, result.output
    assert "--video" in result.output
