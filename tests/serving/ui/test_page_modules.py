"""The page's modules, each by itself, in a real browser."""

from __future__ import annotations

import base64
import io
import pathlib
import wave
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from objects_that_sound.models.heat_map_painter import HeatMapPainter

_FPS, _SECONDS, _CLICK = 25, 2, 1.2
_RATE = 48_000

_OPEN = """async (data) => {
  const { Clip } = await import("./clip.js");
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  window.clip = await Clip.open(new File([bytes], "v"), document.createElement("video"));
  return clip.duration;
}"""


@pytest.fixture(scope="module")
def module_page(browser, page_server: str):
    page = browser.new_page()
    page.goto(f"{page_server}/ui/")
    yield page
    page.close()


def _make_film(path: pathlib.Path, video: str, audio: str) -> None:
    """Frame n is grey of level 5 n; the sound is a click."""
    sound = np.zeros([1, _SECONDS * _RATE], np.float32)
    middle = round(_CLICK * _RATE)
    sound[0, middle - 24 : middle + 24] = 0.8
    with av.open(str(path), "w") as container:
        pictures = container.add_stream(video, rate=_FPS)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 48, "yuv420p"
        sounds = container.add_stream(audio, rate=_RATE, layout="mono")
        packets = []
        for number in range(_SECONDS * _FPS):
            image = np.full((48, 64, 3), 5 * number, np.uint8)
            packets += pictures.encode(av.VideoFrame.from_ndarray(image, "rgb24"))
        packets += pictures.encode()
        frame = av.AudioFrame.from_ndarray(sound, "flt", "mono")
        frame.sample_rate, frame.pts, frame.time_base = _RATE, 0, Fraction(1, _RATE)
        convert = av.AudioResampler(sounds.codec_context.format.name, "mono", _RATE)
        for converted in convert.resample(frame):
            packets += sounds.encode(converted)
        packets += sounds.encode()
        for packet in sorted(packets, key=lambda packet: packet.dts * packet.time_base):
            container.mux(packet)


@pytest.mark.parametrize(
    ("name", "video", "audio"),
    [("film.mp4", "libx264", "aac"), ("film.webm", "libvpx-vp9", "libopus")],
)
def test_frame_and_sound_of_a_moment(
    module_page, tmp_path: pathlib.Path, name: str, video: str, audio: str
):
    path = tmp_path / name
    _make_film(path, video, audio)
    duration = module_page.evaluate(_OPEN, base64.b64encode(path.read_bytes()).decode())
    assert duration == pytest.approx(_SECONDS, abs=0.05)
    for time in (0.0, 0.81, 1.19, 0.41):
        jpeg = module_page.evaluate(
            """async (time) => {
              const picture = await clip.picture(time, { frames: 1, imageSize: 24 });
              return Array.from(new Uint8Array(await picture.arrayBuffer()));
            }""",
            time,
        )
        image = Image.open(io.BytesIO(bytes(jpeg)))
        assert image.size == (32, 24)
        assert np.mean(image) == pytest.approx(5 * int(time * _FPS), abs=2)
    stacked = module_page.evaluate(
        "async () => (await clip.picture(1, { frames: 3, imageSize: 24 })).map((one) => one.type)"
    )
    assert stacked == ["image/jpeg"] * 3
    for time in (1.2, 0.9, 0.1):
        second = np.array(
            module_page.evaluate(
                "async (time) => Array.from((await clip.sound()).second(time, 16000))", time
            )
        )
        assert len(second) == 16000
        heard = np.argmax(np.abs(second)) / 16000 - 0.5 + time
        if abs(_CLICK - time) < 0.5:
            assert heard == pytest.approx(_CLICK, abs=0.003)
        else:
            assert np.abs(second).max() < 500


def test_maps_are_painted_as_ots_localise_does(module_page):
    values = [0.0, 0.1, 0.25, 0.5, 0.9]
    painted = module_page.evaluate(
        """async (values) => {
          const { HeatMapPainter, USUAL_OPACITY } = await import("./heat_map.js");
          const context = new OffscreenCanvas(32, 32).getContext("2d");
          return values.map((value) => {
            context.clearRect(0, 0, 32, 32);
            const answer = { heatmap: [[value, value], [value, value]], box: [0, 0, 1, 1] };
            new HeatMapPainter().paint(context, answer, USUAL_OPACITY, 0.5);
            return Array.from(context.getImageData(16, 16, 1, 1).data);
          });
        }""",
        values,
    )
    for value, (*colour, opacity) in zip(values, painted, strict=True):
        flat = np.full((2, 2), value, np.float32)
        coloured = HeatMapPainter(0.5).colour(flat, (32, 32)).picture.getpixel((16, 16))
        assert opacity == pytest.approx(coloured[3], abs=1)
        covering = np.array(colour) * opacity / 255  # what a canvas keeps
        np.testing.assert_allclose(covering, np.array(coloured[:3]) * coloured[3] / 255, atol=2)


@pytest.mark.parametrize(
    ("old", "new"), [((8, 6), (64, 50)), ((50, 37), (20, 16)), ((5, 5), (5, 5))]
)
def test_pictures_are_scaled_as_pillow_does(module_page, old: tuple, new: tuple):
    values = np.random.default_rng(0).random((old[1], old[0]), np.float32)
    scaled = module_page.evaluate(
        """async ([values, from, to]) =>
          Array.from((await import("./bicubic.js")).scale(values, from, to, 1))""",
        [values.ravel().tolist(), list(old), list(new)],
    )
    wanted = np.asarray(Image.fromarray(values).resize(new, Image.Resampling.BICUBIC))
    np.testing.assert_allclose(np.reshape(scaled, wanted.shape), wanted, atol=1e-5)


@pytest.mark.parametrize("rate", [16000, 8000, 22050, 48000])
def test_sounds_are_resampled_as_ffmpeg_does(module_page, rate: int):
    sound = np.random.default_rng(1).normal(0, 0.1, _RATE // 2).astype(np.float32)
    resampler = av.AudioResampler("flt", "mono", rate)
    frame = av.AudioFrame.from_ndarray(sound[None], "flt", "mono")
    frame.sample_rate, frame.pts = _RATE, 0
    pieces = [*resampler.resample(frame), *resampler.resample(None)]
    wanted = np.concatenate([piece.to_ndarray()[0] for piece in pieces])
    got = module_page.evaluate(
        """async ([samples, from, to, count]) => {
          const { Resampler } = await import("./resampler.js");
          return Array.from(Resampler.of(from, to).window(samples, -10, count + 20));
        }""",
        [sound.tolist(), _RATE, rate, len(wanted)],
    )
    assert np.abs(got[:9]).max() < 0.3  # before the sound: its filter's ringing, no more
    inner = slice(200, -200)  # FFmpeg mirrors the sound at its ends
    np.testing.assert_allclose(np.array(got[10:-10])[inner], wanted[inner], atol=2e-3)


def test_channels_that_cancel_each_other(module_page):
    mono, stereo, surround = module_page.evaluate(
        """async () => {
          const { Sound } = await import("./sound.js");
          const wave = Float32Array.from({ length: 8000 }, (_, i) => 0.3 * Math.sin(i / 7));
          const opposite = wave.map((value) => -value);
          const silence = wave.map(() => 0);
          return [[wave], [wave, opposite], [wave, opposite, silence]]
            .map((channels) => Array.from(new Sound(channels, 8000).second(0.5, 8000)));
        }"""
    )
    assert max(mono) > 9000 and mono == stereo == surround


def test_a_wav_file(module_page):
    samples = [0, 1, -1, 32767, -32768]
    data = module_page.evaluate(
        """async (samples) => {
          const { wavFile } = await import("./sound.js");
          const file = wavFile(Int16Array.from(samples), 16000);
          return Array.from(new Uint8Array(await file.arrayBuffer()));
        }""",
        samples,
    )
    with wave.open(io.BytesIO(bytes(data))) as file:
        assert file.getparams()[:4] == (1, 2, 16000, 5)
        assert np.frombuffer(file.readframes(9), "<i2").tolist() == samples


def test_cells_that_fill_up_a_batch_of_many_shapes_are_left_out(module_page):
    found = module_page.evaluate(
        """async () => {
          const { toAnswer } = await import("./localiser.js");
          const heatmap = [[0.1, 0.2, 0], [0, 0, 0]];
          const wide = toAnswer(1, { heatmap, score: 0.2, crop_box: [0, 0, 2, 1.5] });
          const part = toAnswer(1, { heatmap, score: 0.2, crop_box: [0.1, 0, 0.9, 1] });
          return [wide.heatmap, wide.box, part.heatmap, part.box];
        }"""
    )
    all_cells = [[0.1, 0.2, 0], [0, 0, 0]]
    assert found == [[[0.1, 0.2]], [0, 0, 1, 1], all_cells, [0.1, 0, 0.9, 1]]


def test_answers_between_moments(module_page):
    found = module_page.evaluate(
        """async () => {
          const { Answers, peakOf } = await import("./answers.js");
          const answers = new Answers();
          const add = (time, score) =>
            answers.add({ time, score, heatmap: [[0, score], [0, 0]], box: [0, 0.5, 1, 1] });
          [[1, 0.2], [0, 0], [1.2, 0.6], [3, 0.9], [1.2, 0.4]].forEach(([t, s]) => add(t, s));
          const scores = [1, 1.1, 1.5, 2, 2.7, 3.4, 3.5].map((t) => answers.at(t)?.score ?? null);
          return [scores, answers.list.map(({ time }) => time), peakOf(answers.at(3))];
        }"""
    )
    scores, times, peak = found
    assert times == [0, 1, 1.2, 3]
    assert scores == [0.2, pytest.approx(0.3), 0.4, None, 0.9, 0.9, None]
    assert peak == {"value": 0.9, "x": 0.875, "y": 0.25}


@pytest.mark.parametrize("version", ["9007199254740993", str(2**63 - 1), "0"])
def test_a_version_is_asked_for_by_all_its_digits(module_page, version: str):
    url = module_page.evaluate(
        """async (version) => {
          const { Server } = await import("./server.js");
          const { fetch } = window;
          let asked;
          window.fetch = async (url) => {
            asked = url;
            return new Response(JSON.stringify({ predictions: [1] }));
          };
          try {
            await new Server().predict({ name: "m", version }, "s", [{}]);
          } finally {
            window.fetch = fetch;
          }
          return asked;
        }""",
        version,
    )
    assert url == f"/v1/models/m/versions/{version}:predict"
