"""Tiny Examples artifacts whose frames and sounds carry their class, and a model that reads it."""

from __future__ import annotations

import io
import pathlib
from collections.abc import Callable, Sequence

import numpy as np
import pytest

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
        from models import examples as contract

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

        from models.examples import make_example

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
    import tensorflow as tf
    from tfx.types import standard_artifacts

    strings = tf.TensorSpec([None], tf.string)

    class ToyModel(tf.Module):
        def _pixels(self, image):
            def decode(one):
                pixels = tf.io.decode_jpeg(one, channels=3)
                return tf.ensure_shape(tf.cast(pixels, tf.float32), [64, 64, 3])

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
            return tf.one_hot(tf.argmin(distance, -1), 4)  # [B, 4]

        @tf.function(input_signature=[strings])
        def embed_image(self, image):
            return {"embedding": self._seen(image)}

        @tf.function(input_signature=[strings])
        def embed_audio(self, audio):
            return {"embedding": self._heard(audio)}

        @tf.function(input_signature=[strings, strings])
        def localise(self, image, audio):
            score = tf.reduce_sum(self._seen(image) * self._heard(audio), -1)
            cells = tf.nn.avg_pool2d(self._saturation(image)[..., None], 8, 8, "VALID")[..., 0]
            crop_box = tf.tile([[0.0, 0.0, 1.0, 1.0]], [tf.shape(image)[0], 1])
            return {
                "heatmap": cells / 255.0 * score[:, None, None],
                "score": score,
                "crop_box": crop_box,
            }

    module = ToyModel()
    artifact = standard_artifacts.Model()
    artifact.uri = str(tmp_path_factory.mktemp("toy_model"))
    signatures = {
        "embed_image": module.embed_image,
        "embed_audio": module.embed_audio,
        "localise": module.localise,
    }
    tf.saved_model.save(module, f"{artifact.uri}/Format-Serving", signatures)
    return artifact
