"""A model and an index that see colours and hear pitches, served with the page; a browser."""

from __future__ import annotations

import io
import json
import pathlib
import shutil
import wave
from collections.abc import Callable, Iterator

import av
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from objects_that_sound.components.evaluation.thumbnail import make_thumbnail
from objects_that_sound.components.generated_videos.difficulty import Difficulty
from objects_that_sound.components.generated_videos.example_video import example_video
from objects_that_sound.components.generated_videos.generator import ANNOTATIONS, generate_videos
from objects_that_sound.components.search_indexer.items import Items
from objects_that_sound.components.search_indexer.search_index import THUMBNAILS, SearchIndex
from objects_that_sound.components.search_indexer.vector_table import VectorTable
from objects_that_sound.serving.model_server.model_server import ModelServer
from objects_that_sound.serving.model_server.model_server_options import ModelServerOptions

SAMPLE_RATE = 8000
IMAGE_SIZE = 32
CELLS = 8
CROP = 0.875  # of the short side
PITCHES = (300.0, 900.0, 1800.0)  # Hz
COLOURS = {"red": (220, 30, 30), "green": (30, 200, 30), "blue": (30, 30, 220)}

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = ("--no-sandbox", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required")


class _Model(tf.Module):
    """The project's signatures; what stands out from the frame's border is what sounds."""

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, n) for n in ("image", "audio")])
    def localise(self, image, audio):
        heat, box = tf.map_fn(
            self._heat, image, fn_output_signature=(tf.TensorSpec([CELLS, CELLS]), tf.TensorSpec(4))
        )
        return {"heatmap": heat, "crop_box": box, "score": self._loudness(audio)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "image")])
    def embed_image(self, image):
        def mean(one):
            return tf.reduce_mean(self._pixels(one), [0, 1])

        colours = tf.map_fn(mean, image, fn_output_signature=tf.TensorSpec([3]))
        return {"embedding": tf.math.l2_normalize(colours, -1)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "audio")])
    def embed_audio(self, audio):
        # One second: the bin's number is its frequency in Hz.
        loudest = tf.argmax(tf.abs(tf.signal.rfft(self._samples(audio)))[:, 50:], -1) + 50
        distance = tf.abs(tf.cast(loudest, tf.float32)[:, None] - tf.constant(PITCHES))
        return {"embedding": tf.one_hot(tf.argmin(distance, -1), len(PITCHES))}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "query")])
    def describe(self, query):
        facts = {
            "sample_rate": SAMPLE_RATE,
            "image_size": IMAGE_SIZE,
            "embedding_size": 3,
            "frames": 1,
        }
        return {name: tf.fill(tf.shape(query), value) for name, value in facts.items()}

    def _pixels(self, jpeg):
        return tf.cast(tf.io.decode_jpeg(jpeg, channels=3), tf.float32)

    def _heat(self, jpeg):
        pixels = self._pixels(jpeg)
        tf.debugging.assert_equal(tf.reduce_min(tf.shape(pixels)[:2]), IMAGE_SIZE)
        difference = tf.reduce_max(tf.abs(pixels - pixels[0, 0]), -1, keepdims=True)
        size = tf.shape(pixels)[:2]
        crop = int(CROP * IMAGE_SIZE)
        start = (size - crop) // 2
        square = difference[start[0] : start[0] + crop, start[1] : start[1] + crop]
        heat = tf.image.resize(square, [CELLS, CELLS], "area")[..., 0] / 128
        box = tf.cast(tf.concat([start / size, (start + crop) / size], 0), tf.float32)
        return tf.clip_by_value(heat, 0, 1), box

    def _samples(self, wavs):
        def decode(one):
            samples, rate = tf.audio.decode_wav(one, 1, SAMPLE_RATE)
            tf.debugging.assert_equal(rate, SAMPLE_RATE)
            return samples[:, 0]

        return tf.map_fn(decode, wavs, fn_output_signature=tf.TensorSpec([SAMPLE_RATE]))

    def _loudness(self, wavs):
        return tf.reduce_max(tf.abs(self._samples(wavs)), -1)


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A folder with a generated video, of one object on a plain background, MP4 of 3 s."""
    folder = tmp_path_factory.mktemp("generated")
    difficulty = Difficulty(
        distractor_shares=(1.0,),
        take_seconds=(3.0, 3.0),
        stage_aspect=1.0,
        background_contrast=(0.0, 0.0),
        webm_share=0.0,
    )
    generate_videos(folder, 1, 5, 3.0, difficulty, workers=1, progress=False)
    return folder


@pytest.fixture(scope="session")
def video(generated: pathlib.Path) -> pathlib.Path:
    """The generated video: H.264 and AAC."""
    return generated / "video_00000.mp4"


@pytest.fixture(scope="session")
def box_at(generated: pathlib.Path) -> Callable[[float], list[float]]:
    """Where its object is at a time: ymin, xmin, ymax, xmax in 0..1."""
    first = json.loads((generated / ANNOTATIONS).read_text().splitlines()[0])["objects"][0]

    def find(time: float) -> list[float]:
        return first["boxes"][int(np.searchsorted(first["times"], time + 1e-3)) - 1]

    return find


@pytest.fixture(scope="session")
def picture() -> Callable[[str], bytes]:
    """A picture of one of `COLOURS`, PNG."""

    def make(colour: str) -> bytes:
        buffer = io.BytesIO()
        Image.new("RGB", (60, 48), COLOURS[colour]).save(buffer, "png")
        return buffer.getvalue()

    return make


@pytest.fixture(scope="session")
def tone() -> Callable[[float], bytes]:
    """Two seconds of a sine, WAV at 22,050 Hz."""

    def make(pitch: float) -> bytes:
        time = np.arange(2 * 22050) / 22050
        buffer = io.BytesIO()
        with wave.open(buffer, "wb") as file:
            file.setparams((1, 2, 22050, len(time), "NONE", ""))
            file.writeframes((8000 * np.sin(2 * np.pi * pitch * time)).astype("<i2").tobytes())
        return buffer.getvalue()

    return make


@pytest.fixture(scope="session")
def silent_film(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A video of 1 s without any sound."""
    path = tmp_path_factory.mktemp("silent") / "silent.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(10):
            image = av.VideoFrame.from_image(Image.new("RGB", (64, 48), COLOURS["blue"]))
            container.mux(stream.encode(image))
        container.mux(stream.encode())
    return path


@pytest.fixture(scope="session")
def models(
    tmp_path_factory: pytest.TempPathFactory, picture: Callable[[str], bytes]
) -> pathlib.Path:
    """A ModelServerConfig of the model as `things`, version 4, and of an index as `search`, 7.

    The index has an item for each colour; the sound of "red" is the lowest pitch, and so on.
    """
    folder = tmp_path_factory.mktemp("models")
    model = _Model()
    signatures = {
        name: getattr(model, name)
        for name in ("localise", "embed_image", "embed_audio", "describe")
    }
    tf.saved_model.save(model, str(folder / "things" / "4"), signatures)
    index = folder / "search" / "7"
    colours = np.array(list(COLOURS.values()), np.float32)
    items = Items(
        ids=np.array(["video_00000.mp4#t=0,3", "folder/a & b?.mp4", "<b>.mp4"]),
        times=np.array([1.0, 61.5, 0.0], np.float32),
        labels=np.array(list(COLOURS)),
        thumbnails=np.array([f"00000/{name}.jpg" for name in COLOURS]),
        image=VectorTable.of(colours / np.linalg.norm(colours, axis=1)[:, None], "float16"),
        audio=VectorTable.of(np.eye(3, dtype=np.float32), "float16"),
    )
    SearchIndex(str(folder / "things" / "4"), items).save(str(index))
    thumbnails = index / THUMBNAILS / "00000"
    thumbnails.mkdir(parents=True)
    for name in COLOURS:
        (thumbnails / f"{name}.jpg").write_bytes(make_thumbnail(picture(name), 40))
    config = folder / "models.config"
    config.write_text(
        "model_config_list {"
        + "".join(
            f'config {{ name: "{name}" base_path: "{folder / name}" model_platform: "tensorflow" }}'
            for name in ("things", "search")
        )
        + "}"
    )
    return config


@pytest.fixture(scope="session")
def serve_page(
    models: pathlib.Path, generated: pathlib.Path
) -> Iterator[Callable[..., ModelServer]]:
    """Serves these models with the page, with more options; stops in the end."""
    running: list[ModelServer] = []

    def start(**changes) -> ModelServer:
        values = {
            "model_config_file": models,
            "port": 0,
            "rest_api_port": None,
            "bind_address": "127.0.0.1",
            "grace_seconds": 1,
            "ui": True,
            "ui_media": (generated,),
        }
        server = ModelServer(ModelServerOptions(**(values | changes)), example_video)
        server.start()
        running.append(server)
        return server

    yield start
    for server in running:
        server.stop()


@pytest.fixture(scope="session")
def page_server(serve_page: Callable[..., ModelServer]) -> str:
    """Address of a server with the page."""
    return f"http://127.0.0.1:{serve_page().rest_api_port}"


@pytest.fixture(scope="session")
def token() -> str:
    """What `token_server` asks for."""
    return "open sesame"


@pytest.fixture(scope="session")
def token_server(
    serve_page: Callable[..., ModelServer], token: str, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """Address of one that asks for `token`, and takes no more than a frame and its sound."""
    file = tmp_path_factory.mktemp("token") / "token"
    file.write_text(token)
    server = serve_page(api_token_file=file, max_request_bytes=40_000)
    return f"http://127.0.0.1:{server.rest_api_port}"


# Not for the whole session: while Playwright runs, no other test can run an event loop.
@pytest.fixture(scope="module")
def browser():
    """A headless Chromium."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright drives the browser")
    path = next(filter(None, map(shutil.which, _CHROMIUM)), None)
    if path is None:
        pytest.skip(f"there is no browser here (looked for {', '.join(_CHROMIUM)})")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=path,
            args=[
                *_FLAGS,
                "--use-fake-device-for-media-stream",
                "--use-fake-ui-for-media-stream",
            ],
        )
        yield running
        running.close()


@pytest.fixture
def page(browser):
    """A new page; what it complains about is in `page.complaints`."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on(
        "console",
        lambda message: message.type == "error" and page.complaints.append(message.text),
    )
    yield page
    context.close()
