"""What the components' tests are made of.

Small media files: frame numbers as blocks of pixels, clicks at known times (`media`). Tiny Examples
artifacts whose frames and sounds carry their class (`write_examples`), and a model that reads it
(`toy_model`). Evaluators run by `run_evaluator`.
"""

from __future__ import annotations

import contextlib
import io
import os
import pathlib
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

import av
import numpy as np
import pytest
from tfx.types import Artifact

from objects_that_sound.components.evaluation.artifacts import Evaluation
from objects_that_sound.components.evaluation.evaluation_result import (
    EvaluationResult,
    read_evaluation_result,
)
from objects_that_sound.components.evaluation.evaluator import Evaluator
from objects_that_sound.components.evaluation.evaluator_options import EvaluatorOptions
from objects_that_sound.components.evaluation.threshold import Threshold, thresholds_to_json

_BLOCK = 16  # pixels; frames are 6x4 blocks, so that compression and scaling keep the bits
_BITS = 8


def numbered_frame(number: int, width: int = 96, height: int = 64) -> np.ndarray:
    """Grey frame with `number` as eight black or white blocks in its middle: uint8 [h, w, 3]."""
    image = np.full((height, width, 3), 128, np.uint8)
    block_h, block_w = height // 4, width // 6
    for bit in range(_BITS):
        row, column = 1 + bit // 4, 1 + bit % 4
        image[row * block_h : (row + 1) * block_h, column * block_w : (column + 1) * block_w] = (
            255 * (number >> bit & 1)
        )
    return image


def read_number(image: np.ndarray) -> int:
    """The number in an image [h, w, 3] of `numbered_frame`, whatever its size."""
    height, width = image.shape[:2]
    number = 0
    for bit in range(_BITS):
        y, x = int((1.5 + bit // 4) * height / 4), int((1.5 + bit % 4) * width / 6)
        number |= int(image[y - 2 : y + 3, x - 2 : x + 3].mean() > 128) << bit
    return number


def clicks(seconds: float, sample_rate: int, times: Sequence[float]) -> np.ndarray:
    """Quiet noise with a short click at each time: float32 [n]."""
    sound = np.random.default_rng(0).normal(0, 0.02, round(seconds * sample_rate))
    for time in times:
        place = round(time * sample_rate)
        width = max(1, sample_rate // 4000)
        sound[place - width : place + width + 1] = 0.9
    return sound.astype(np.float32)


def make_media(
    path: pathlib.Path,
    *,
    frames: Sequence[np.ndarray] | int = 50,
    first_number: int = 0,
    fps: int = 25,
    frame_times: Sequence[float] | None = None,
    video_codec: str | None = "libx264",
    video_options: dict[str, str] | None = None,
    pixel_format: str = "yuv420p",
    sample_aspect_ratio: Fraction | None = None,
    colorspace: int | None = None,
    sound: np.ndarray | str | None = "noise",
    sample_rate: int = 44100,
    layout: str = "mono",
    audio_codec: str = "aac",
    audio_start: float = 0.0,
    audio_gaps: Sequence[tuple[float, float]] = (),
    start: float = 0.0,
    options: dict[str, str] | None = None,
) -> pathlib.Path:
    """Writes a media file and returns its path.

    Args:
        path: its suffix chooses the container.
        frames: images [h, w, 3], or how many numbered ones; presented at `fps`, or `frame_times`.
        first_number: number of the first numbered one.
        sound: float32 [n] or [channels, n]; "noise" for noise as long as the pictures; or None.
        audio_start: time stamp of the first sample, in seconds.
        audio_gaps: (at, length) in seconds: the time stamps jump by `length` at `at`.
        start: added to all time stamps.
    """
    if isinstance(frames, int):
        frames = [numbered_frame(first_number + number) for number in range(frames)]
    seconds = len(frames) / fps
    if isinstance(sound, str):
        sound = np.random.default_rng(1).normal(0, 0.1, round(seconds * sample_rate))
    with _scheduled_as_before(), av.open(str(path), "w", options=options or {}) as output:
        streams = []
        if video_codec:
            video = output.add_stream(video_codec, rate=fps, options=video_options or {})
            video.height, video.width = frames[0].shape[:2]
            video.pix_fmt = pixel_format
            video.codec_context.time_base = Fraction(1, 1000 if frame_times else fps)
            if sample_aspect_ratio:
                video.codec_context.sample_aspect_ratio = sample_aspect_ratio
            if colorspace is not None:
                video.codec_context.colorspace = colorspace
            streams.append(video)
        if sound is not None:
            audio = output.add_stream(audio_codec, rate=sample_rate, layout=layout)
            streams.append(audio)
        packets = []
        if video_codec:
            for index, image in enumerate(frames):
                frame = av.VideoFrame.from_ndarray(image, format="rgb24")
                if colorspace is not None:
                    frame = frame.reformat(format=pixel_format, dst_colorspace=colorspace)
                if frame_times:
                    frame.pts = round((frame_times[index] + start) * 1000)
                    frame.time_base = Fraction(1, 1000)
                else:
                    frame.pts = index + round(start * fps)
                    frame.time_base = Fraction(1, fps)
                packets += video.encode(frame)
            packets += video.encode(None)
        if sound is not None:
            packets += _encode_sound(
                audio, np.atleast_2d(sound), sample_rate, layout, start + audio_start, audio_gaps
            )
        for packet in sorted(packets, key=lambda packet: packet.dts * packet.time_base):
            output.mux(packet)
    return path


@contextlib.contextmanager
def _scheduled_as_before() -> Iterator[None]:
    """SVT-AV1 gives the thread that starts it real-time priority, if it belongs to root.

    All that a test starts later would inherit it, and what waits for others by looking again and
    again, as browsers do, would never let them run.
    """
    policy, parameter = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        os.sched_setscheduler(0, policy, parameter)


def _encode_sound(audio, sound, sample_rate, layout, start, gaps) -> list:
    packets = []
    size = audio.codec_context.frame_size or 1024
    kind = audio.codec_context.format.name
    convert = av.AudioResampler(kind, layout, sample_rate)
    for begin in range(0, sound.shape[1], size):
        piece = np.ascontiguousarray(sound[:, begin : begin + size].astype(np.float32))
        frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout=layout)
        frame.sample_rate = sample_rate
        jump = sum(length for at, length in gaps if begin / sample_rate >= at)
        frame.pts = begin + round((start + jump) * sample_rate)
        frame.time_base = Fraction(1, sample_rate)
        for converted in convert.resample(frame):
            packets += audio.encode(converted)
    return packets + audio.encode(None)


@pytest.fixture(scope="session")
def media() -> Callable[..., pathlib.Path]:
    """The function `make_media`."""
    return make_media


@pytest.fixture(scope="session")
def make_frame() -> Callable[..., np.ndarray]:
    """The function `numbered_frame`."""
    return numbered_frame


@pytest.fixture(scope="session")
def number_in() -> Callable[[np.ndarray], int]:
    """The function `read_number`."""
    return read_number


@pytest.fixture(scope="session")
def clicks_at() -> Callable[..., np.ndarray]:
    """The function `clicks`."""
    return clicks


CLASSES = ("red", "green", "blue", "yellow")
COLOURS = np.array([[220, 40, 40], [40, 200, 40], [40, 40, 220], [210, 210, 40]], np.uint8)
SAMPLE_RATE = 4000
FREQUENCIES = (200.0, 500.0, 1000.0, 1600.0)


def jpeg_with_square(colour: np.ndarray, box: Sequence[float], size: int = 64) -> bytes:
    """Encodes a grey frame with a filled square in a box."""
    from PIL import Image

    pixels = np.full((size, size, 3), 128, np.uint8)
    ymin, xmin, ymax, xmax = (round(value * size) for value in box)
    pixels[ymin:ymax, xmin:xmax] = colour
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def tone(frequency: float) -> bytes:
    """Makes one second of a sine as int16."""
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    return (8000 * np.sin(2 * np.pi * frequency * time)).astype("<i2").tobytes()


@pytest.fixture(scope="session")
def make_features() -> Callable[..., dict]:
    """Makes the features of one example: a coloured square that sounds with its class's tone."""

    def make(
        video: int,
        time: float,
        kind: int,
        box: Sequence[float] | None = None,
        labelled: bool = True,
    ) -> dict:
        from objects_that_sound.models import examples as contract

        place = box if box is not None else (0.25, 0.25, 0.75, 0.75)
        features = {
            contract.VIDEO_ID: f"video{video}",
            contract.VIDEO_GROUP: f"group{video}",
            contract.VIDEO_TIME: time,
            contract.IMAGE: jpeg_with_square(COLOURS[kind], place),
            contract.IMAGE_BRIGHTNESS: 0.5,
            # Every sound differs, but less than the classes do.
            contract.AUDIO: tone(FREQUENCIES[kind] + 3.0 * video + 0.1 * time),
            contract.AUDIO_SAMPLE_RATE: SAMPLE_RATE,
            contract.AUDIO_LOUDNESS: -20.0,
        }
        if labelled:
            features[contract.LABEL] = CLASSES[kind]
            features[contract.VISIBLE_LABELS] = [CLASSES[kind]]
        if box is not None:
            features[contract.BOX] = list(box)
        return features

    return make


@pytest.fixture(scope="session")
def write_examples() -> Callable:
    """Writes an Examples artifact: features by split, divided into files."""

    def write(folder: pathlib.Path, splits: dict[str, Sequence[dict]], num_files: int = 2):
        import tensorflow as tf
        from tfx.components.util import examples_utils
        from tfx.proto import example_gen_pb2
        from tfx.types import artifact_utils, standard_artifacts

        from objects_that_sound.models.examples import make_example

        artifact = standard_artifacts.Examples()
        artifact.uri = str(folder)
        artifact.split_names = artifact_utils.encode_split_names(list(splits))
        examples_utils.set_payload_format(artifact, example_gen_pb2.FORMAT_TF_EXAMPLE)
        for split, rows in splits.items():
            split_folder = folder / f"Split-{split}"
            split_folder.mkdir(parents=True)
            for i in range(num_files):
                path = str(split_folder / f"data-{i:05d}-of-{num_files:05d}.gz")
                options = tf.io.TFRecordOptions(compression_type="GZIP")
                with tf.io.TFRecordWriter(path, options) as writer:
                    for row in rows[i::num_files]:
                        writer.write(make_example(row).SerializeToString())
        return artifact

    return write


@pytest.fixture(scope="session")
def toy_model(tmp_path_factory):
    """A Model artifact that sees the colour and hears the tone; the peak is the square."""
    return _toy_model(tmp_path_factory.mktemp("toy_model"))


@pytest.fixture(scope="session")
def deaf_model(tmp_path_factory):
    """As `toy_model`, but every sound is that of all classes."""
    return _toy_model(tmp_path_factory.mktemp("deaf_model"), deaf=True)


def _toy_model(folder: pathlib.Path, deaf: bool = False):
    import tensorflow as tf
    from tfx.types import standard_artifacts

    strings = tf.TensorSpec([None], tf.string)

    class ToyModel(tf.Module):
        def _pixels(self, image):
            def decode(one):
                pixels = tf.io.decode_image(one, channels=3, expand_animations=False)
                return tf.image.resize(tf.cast(pixels, tf.float32), [64, 64], "nearest")

            return tf.map_fn(decode, image, fn_output_signature=tf.float32)  # [B, 64, 64, 3]

        def _saturation(self, image):
            pixels = self._pixels(image)
            return tf.reduce_max(pixels, -1) - tf.reduce_min(pixels, -1)  # [B, 64, 64]

        def _seen(self, image):
            mask = tf.cast(self._saturation(image) > 60, tf.float32)[..., None]
            mean = tf.reduce_sum(self._pixels(image) * mask, [1, 2]) / tf.reduce_sum(mask, [1, 2])
            distance = tf.norm(mean[:, None] - tf.constant(COLOURS, tf.float32), axis=-1)
            return tf.one_hot(tf.argmin(distance, -1), 4)  # [B, 4]

        def _heard(self, audio):
            samples = tf.cast(tf.io.decode_raw(audio, tf.int16), tf.float32)
            # One second: the bin's number is its frequency in Hz.
            peak = tf.cast(tf.argmax(tf.abs(tf.signal.rfft(samples)), -1), tf.float32)
            distance = tf.abs(peak[:, None] - tf.constant(FREQUENCIES))
            if deaf:
                return tf.ones_like(distance)  # [B, 4]
            return tf.one_hot(tf.argmin(distance, -1), 4)  # [B, 4]

        @tf.function(input_signature=[strings])
        def embed_image(self, image):
            return {"embedding": self._seen(image)}

        @tf.function(input_signature=[strings])
        def embed_audio(self, audio):
            return {"embedding": self._heard(audio)}

        @tf.function(input_signature=[strings, strings])
        def localise(self, image, audio):
            colours = tf.nn.avg_pool2d(self._pixels(image), 8, 8, "VALID")  # [B, 8, 8, 3]
            saturation = tf.reduce_max(colours, -1) - tf.reduce_min(colours, -1)  # [B, 8, 8]
            distance = tf.norm(colours[..., None, :] - tf.constant(COLOURS, tf.float32), axis=-1)
            seen = tf.one_hot(tf.argmin(distance, -1), 4)  # [B, 8, 8, 4]
            match = tf.einsum("bhwc,bc->bhw", seen, self._heard(audio))
            match *= tf.cast(saturation > 60, tf.float32)
            crop_box = tf.tile([[0.0, 0.0, 1.0, 1.0]], [tf.shape(image)[0], 1])
            return {
                "heatmap": saturation / 255.0 * match,
                "score": tf.reduce_max(match, [1, 2]),
                "crop_box": crop_box,
            }

        @tf.function(input_signature=[strings])
        def describe(self, query):
            facts = {"sample_rate": SAMPLE_RATE, "frames": 1}
            return {name: tf.fill(tf.shape(query), value) for name, value in facts.items()}

    module = ToyModel()
    artifact = standard_artifacts.Model()
    artifact.uri = str(folder)
    signatures = {
        "embed_image": module.embed_image,
        "embed_audio": module.embed_audio,
        "localise": module.localise,
        "describe": module.describe,
    }
    tf.saved_model.save(module, f"{artifact.uri}/Format-Serving", signatures)
    return artifact


@pytest.fixture(scope="session")
def run_evaluator() -> Callable[..., EvaluationResult]:
    """Runs an evaluator's component as a pipeline would, and reads back what it wrote."""

    def run(
        evaluator: Evaluator,
        folder: pathlib.Path,
        *,
        thresholds: Sequence[Threshold] = (),
        options: EvaluatorOptions | None = None,
        **inputs: Artifact | Sequence[Artifact] | None,
    ) -> EvaluationResult:
        given = {
            name: list(one) if isinstance(one, Sequence) else [one]
            for name, one in inputs.items()
            if one is not None
        }
        evaluation = Evaluation()
        evaluation.uri = str(folder)
        parameters = {"thresholds": thresholds_to_json(thresholds)}
        if options is not None:
            parameters["options"] = options.to_json()
        executor = evaluator.load_component().EXECUTOR_SPEC.executor_class()
        executor.Do(given, {"evaluation": [evaluation]}, parameters)
        result = read_evaluation_result(str(folder))
        verdict = "BLESSED" if result.blessed else "NOT_BLESSED"
        assert {path.name for path in folder.glob("*BLESSED")} == {verdict}
        return result

    return run
