"""`ots index` over videos, `ots search` in what it wrote, in this process and served."""

from __future__ import annotations

import json
import pathlib
import shutil
from fractions import Fraction

import av
import numpy as np
import pytest
import tensorflow as tf
from click.testing import CliRunner

from objects_that_sound.models.examples import make_example
from objects_that_sound.tfx_pipeline.commands import index, search

RATE = 8000
COLOURS = {"red": (230, 30, 30), "green": (30, 200, 30), "blue": (40, 40, 230)}
TONES = {"red": 300, "green": 1000, "blue": 2500}


class _Model(tf.Module):
    """Sees which of red, green and blue a picture is, and hears which tone goes with it."""

    def __init__(self, exponent: float = 1.0):
        super().__init__()
        self._exponent = tf.Variable(exponent)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "image")])
    def embed_image(self, image):
        mean = tf.map_fn(
            lambda one: tf.reduce_mean(
                tf.cast(tf.io.decode_image(one, 3, expand_animations=False), tf.float32), [0, 1]
            ),
            image,
            fn_output_signature=tf.TensorSpec([3], tf.float32),
        )
        return {"embedding": tf.nn.l2_normalize(mean**self._exponent, -1)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "audio")])
    def embed_audio(self, audio):
        samples = tf.cast(tf.io.decode_raw(audio, tf.int16, fixed_length=2 * RATE), tf.float32)
        levels = tf.abs(tf.signal.rfft(samples))  # of one second: bins are 1 Hz apart
        near = [tf.reduce_max(levels[:, tone - 20 : tone + 20], 1) for tone in TONES.values()]
        return {"embedding": tf.nn.l2_normalize(tf.stack(near, 1), -1)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "query")])
    def describe(self, query):
        facts = {"sample_rate": RATE, "image_size": 32, "embedding_size": 3}
        return {name: tf.fill(tf.shape(query), value) for name, value in facts.items()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Three videos and a model; what the tests write, too."""
    folder = tmp_path_factory.mktemp("search")
    (folder / "videos").mkdir()
    for name in COLOURS:
        _write_video(folder / "videos" / f"{name}.mp4", COLOURS[name], TONES[name])
    _save(_Model(), folder / "model")
    return folder


def _save(model: _Model, path: pathlib.Path) -> None:
    names = ("embed_image", "embed_audio", "describe")
    tf.saved_model.save(model, str(path), {name: getattr(model, name) for name in names})


def _write_video(path: pathlib.Path, colour: tuple[int, int, int], tone: int) -> None:
    with av.open(str(path), "w") as container:
        pictures = container.add_stream("mpeg4", rate=10)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 48, "yuv420p"
        sounds = container.add_stream("aac", rate=RATE, layout="mono")
        for _ in range(30):
            pixels = np.full((48, 64, 3), colour, np.uint8)
            container.mux(pictures.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
        container.mux(pictures.encode())
        wave = 8192 * np.sin(np.arange(3 * RATE) / RATE * 2 * np.pi * tone)
        frame = av.AudioFrame.from_ndarray(wave.astype(np.int16)[None], "s16", "mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
        container.mux(sounds.encode(frame))
        container.mux(sounds.encode())


def _run(command, *arguments: object, code: int = 0) -> str:
    result = CliRunner().invoke(command, list(map(str, arguments)))
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture(scope="module")
def base_path(folder: pathlib.Path) -> pathlib.Path:
    """The index of all videos, as the only version of a base path."""
    base_path = folder / "index"
    output = _run(
        index.command,
        *("--model", folder / "model", "--videos", folder / "videos"),
        *("--output", base_path, "--examples-per-video", 2),
    )
    assert "6 frames and their sounds" in output
    return base_path


def test_a_version_holds_the_index_and_nothing_is_left_beside_it(base_path):
    (version,) = base_path.iterdir()
    assert version.name.isdecimal()
    assert len(list(version.glob("assets.extra/thumbnails/*/*.jpg"))) == 6


def test_a_video_finds_sounds_and_images_like_its_own(folder, base_path):
    video = folder / "videos" / "green.mp4"
    arguments = ("--video", video, "--index", base_path, "-k", 3)
    found = json.loads(_run(search.command, *arguments, "--json"))
    assert found["source"].startswith(str(video))
    for kind in ("sounds", "images"):
        assert [item["id"] for item in found[kind][:2]] == ["green.mp4"] * 2
        assert found[kind][0]["score"] > 0.8 > found[kind][2]["score"]
        assert all(0.5 <= item["time"] <= 2.5 for item in found[kind])
    words = _run(search.command, *arguments)
    assert "Sounds for" in words
    assert "Images for" in words
    assert words.count("green.mp4  ") == 4


@pytest.mark.parametrize("protocol", ["grpc", "rest"])
def test_a_server_answers_from_the_index_and_goes_over_to_a_new_one(folder, base_path, protocol):
    from objects_that_sound.serving.client.connect import connect
    from objects_that_sound.serving.model_server.model_server import ModelServer
    from objects_that_sound.serving.model_server.model_server_options import ModelServerOptions

    options = ModelServerOptions(
        base_path, model_name="search", port=None, rest_api_port=None, bind_address="127.0.0.1"
    )
    with ModelServer(options) as server:
        port = {"grpc": server.port, "rest": server.rest_api_port}[protocol]
        flags = ["--server", f"127.0.0.1:{port}", "--protocol", protocol, "--json"]
        video = folder / "videos" / "blue.mp4"
        here = json.loads(_run(search.command, "--video", video, "--index", base_path, "--json"))
        served = json.loads(_run(search.command, "--video", video, *flags))
        assert served["sounds"][0]["id"] == "blue.mp4"
        assert len(served["images"]) == 6
        for kind in ("sounds", "images"):
            for one, other in zip(served[kind], here[kind], strict=True):
                assert one == other | {"score": pytest.approx(other["score"], abs=1e-5)}
        with connect("search", f"127.0.0.1:{port}", protocol) as client:
            several = client.search_by_audio([np.zeros(RATE, "<i2").tobytes()] * 2, k=4)
        assert [len(items) for items in several] == [4, 4]


def test_each_index_of_examples_is_a_new_version(folder, base_path):
    frame = next((base_path).rglob("*.jpg")).read_bytes()
    row = {"video/id": "one", "video/time": 1.5, "image/encoded": frame, "audio/pcm": bytes(16000)}
    (folder / "examples" / "Split-eval").mkdir(parents=True)
    with tf.io.TFRecordWriter(
        str(folder / "examples" / "Split-eval" / "data.gz"), tf.io.TFRecordOptions("GZIP")
    ) as writer:
        writer.write(make_example(row).SerializeToString())
    for _ in range(2):
        output = _run(
            index.command,
            *("--model", folder / "model", "--examples", folder / "examples", "--split", "eval"),
            *("--output", folder / "other", "--thumbnail-size", 0, "--dtype", "int8"),
        )
    versions = sorted((folder / "other").iterdir())
    assert len({int(path.name) for path in versions}) == 2
    assert str(versions[1]) in output
    found = _run(search.command, "--video", folder / "videos/red.mp4", "--index", versions[0])
    assert len([line for line in found.splitlines() if line.startswith("one ")]) == 2


def test_folders_that_tensorflow_takes_for_patterns_are_refused_at_once(folder):
    odd = folder / "odd [1]"
    rest = ("--model", folder / "model", "--videos", folder / "videos")
    words = f"--output {odd} has [ in its path"
    assert words in _run(index.command, *rest, "--output", odd, code=2)
    assert not odd.exists()
    shutil.copytree(folder / "model", odd)
    arguments = ("--video", folder / "videos/red.mp4", "--index", odd)
    assert "has [ in its path, which Tens" in _run(search.command, *arguments, code=1)


def test_what_cannot_be_is_said(folder, base_path):
    rest = ("--model", folder / "model", "--output", folder / "none")
    assert "--examples or --videos" in _run(index.command, *rest, code=2)
    assert "no examples in" in _run(index.command, *rest, "--examples", folder, code=1)
    broken = folder / "broken.mp4"
    broken.write_bytes(b"no video")
    output = _run(index.command, *rest, "--videos", broken, code=1)
    assert "broken.mp4: cannot_open" in output
    assert "no video could be used" in output
    assert list((folder / "none").iterdir()) == []
    assert "give --image" in _run(search.command, "--index", base_path, code=2)
    both = ("--index", base_path, "--server", "localhost:1")
    assert "not both" in _run(search.command, *both, "--image", folder / "videos/red.mp4", code=2)


@pytest.fixture(scope="module")
def address(folder: pathlib.Path) -> str:
    """A database that holds the moments of the three videos."""
    pytest.importorskip("milvus_lite", reason="needs the extra 'vector-databases'")
    address = f"milvus://{folder}/moments.db"
    output = _to(folder, address, folder / "videos")
    assert "6 frames and their sounds in version 1. Videos written: 3, there already: 0." in output
    return address


def _to(folder: pathlib.Path, address: str, videos: pathlib.Path, model: str = "model") -> str:
    return _run(
        index.command,
        *("--model", folder / model, "--videos", videos),
        *("--to", address, "--examples-per-video", 2),
    )


def test_a_database_answers_as_the_index_does(folder, base_path, address):
    arguments = ("--video", folder / "videos" / "green.mp4", "-k", 3, "--json")
    here = json.loads(_run(search.command, *arguments, "--index", base_path))
    found = json.loads(_run(search.command, *arguments, "--index", address))
    for kind in ("sounds", "images"):
        assert [item["id"] for item in found[kind][:2]] == ["green.mp4"] * 2
        scores = [item["score"] for item in here[kind]]
        assert [item["score"] for item in found[kind]] == pytest.approx(scores, abs=1e-3)
        # Moments of one video look alike: which comes first is chance.
        times = [sorted(item["time"] for item in items[kind][:2]) for items in (found, here)]
        assert times[0] == times[1]
    narrowed = json.loads(
        _run(search.command, *arguments, "--index", address, "--in-video", "red.mp4")
    )
    assert [item["id"] for item in narrowed["sounds"]] == ["red.mp4"] * 2
    [first, second] = sorted(item["time"] for item in narrowed["sounds"])
    for bounds, times in ((("--from", second), [second]), (("--until", second), [first])):
        answer = json.loads(
            _run(
                search.command,
                *(*arguments, "--index", address, "--in-video", "red.mp4", *bounds),
            )
        )
        assert [item["time"] for item in answer["images"]] == times


def test_only_new_videos_are_written_and_another_models_vectors_are_kept_apart(folder, address):
    more = folder / "more"
    more.mkdir()
    shutil.copy(folder / "videos" / "red.mp4", more / "red.mp4")
    _write_video(more / "yellow.mp4", (220, 220, 20), 600)
    output = _to(folder, address, more)
    assert "8 frames and their sounds in version 1. Videos written: 1, there already: 1." in output
    video = ("--video", more / "yellow.mp4", "--index", address)
    assert "yellow.mp4" in _run(search.command, *video)
    _save(_Model(exponent=2.0), folder / "other_model")
    output = _run(search.command, *video, "--model", folder / "other_model", code=1)
    assert "was made with another model" in output
    assert f"{folder}/model" in output
    output = _to(folder, address, more, "other_model")
    assert "4 frames and their sounds in version 2" in output
    assert "of another model, held 8" in output
    for model, found in (("model", 8), ("other_model", 4)):
        answer = json.loads(_run(search.command, *video, "--model", folder / model, "--json"))
        assert len(answer["sounds"]) == found
    assert "2 frames and their sounds are left" in _run(
        index.command, "--to", address, "--remove", "yellow.mp4"
    )
    output = _run(index.command, "--to", address, "--remove", "yellow.mp4", code=1)
    assert "has no video yellow.mp4" in output


def test_what_does_not_go_with_a_database_is_refused(folder, base_path):
    model = ("--model", folder / "model", "--videos", folder / "videos")
    address = f"milvus://{folder}/none.db"
    both = ("--output", folder / "x", "--to", address)
    assert "either --output or --to" in _run(index.command, *model, *both, code=2)
    assert "either --output or --to" in _run(index.command, *model, code=2)
    options = ("--to", address, "--dtype", "int8")
    assert "--dtype goes with --output" in _run(index.command, *model, *options, code=2)
    options = ("--to", address, "--remove", "x")
    assert "--remove goes with --to alone" in _run(index.command, *model, *options, code=2)
    assert "is no address of a vector" in _run(index.command, *model, "--to", "x", code=2)
    video = ("--video", folder / "videos/red.mp4")
    options = ("--index", base_path, "--class", "x")
    assert "no filter" in _run(search.command, *video, *options, code=2)
    missing = f"milvus://{folder}/missing/x.db"
    assert "There is no folder" in _run(search.command, *video, "--index", missing, code=1)
    assert "There is no index in" in _run(search.command, *video, "--index", address, code=1)
