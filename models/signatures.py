"""The SavedModel's signatures: the contract with TF Serving, with all preprocessing inside."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import keras
import tensorflow as tf

from objects_that_sound.models import examples as contract
from objects_that_sound.models.encoded_images import encoded_images, image_spec
from objects_that_sound.models.export_check import check_export
from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.networks.avc_network import AvcNetwork

_MAX_ASPECT_RATIO = 50
"""Beyond, a few pixels would become gigabytes: the short side is scaled to `image_size`."""


class ServingSignatures:
    """The functions that answer requests: from JPEG or PNG and PCM or WAV bytes to answers.

    An image of any size, its long side at most 50 times its short side, is scaled so that its short
    side is `image_size`, then cropped in the centre; `localise` sees all of it. Where the network
    looks at several frames, an image is that many of one size, in order of time: string
    [batch, frames] instead of [batch]. A sound is exactly 1 s of mono sound at
    `sample_rate`: int16 little-endian PCM, or a 16-bit WAV file. Only stock TensorFlow operations
    are used. docs/serving_api.md has the tables.

    Args:
        network: trained.
    """

    def __init__(self, network: AvcNetwork):
        self.network = network
        self.config: NetworkConfig = network.config

    def score(self, image: tf.Tensor, audio: tf.Tensor) -> dict[str, tf.Tensor]:
        """Maps bytes [batch], [batch] to the `score` [batch] in 0..1 of their correspondence."""
        score = self.network.score(self._crops(image), self._sounds(_as_many(audio, image)))
        return {"score": score}

    def embed_image(self, image: tf.Tensor) -> dict[str, tf.Tensor]:
        """Maps bytes [batch] to the `embedding` [batch, embedding_size], of unit length."""
        return {"embedding": self.network.embed_image(self._crops(image))}

    def embed_audio(self, audio: tf.Tensor) -> dict[str, tf.Tensor]:
        """Maps bytes [batch] to the `embedding` [batch, embedding_size], of unit length."""
        return {"embedding": self.network.embed_audio(self._sounds(audio))}

    def audio_features(self, audio: tf.Tensor) -> dict[str, tf.Tensor]:
        """Maps bytes [batch] to the `features` [batch, 4 * 3 * channels] of linear classifiers."""
        return {"features": self.network.pooled_audio_features(self._sounds(audio))}

    def localise(self, image: tf.Tensor, audio: tf.Tensor) -> dict[str, tf.Tensor]:
        """Maps bytes [batch], [batch] to where in the whole image the sound comes from.

        All cells of a map are of one size. Where the images of a batch have different shapes, cells
        of 0 beyond an image's right or lower edge fill its map up to the batch's largest.

        Returns:
            `heatmap` [batch, height, width] in 0..1; `crop_box` [batch, 4], what the map covers
            as ymin, xmin, ymax, xmax in units of the image: 0, 0, 1, 1, or beyond 1 with cells
            that fill up; and the `score` [batch] of the whole image.
        """

        audio = _as_many(audio, image)

        def of_one(pair: tuple[tf.Tensor, tf.Tensor]) -> tuple:
            heatmap, score = self.network.localise(self._whole(pair[0])[None], pair[1][None])
            size = tf.shape(heatmap)[1:]  # rows, columns
            return tf.RaggedTensor.from_tensor(heatmap[0]), size, score[0]

        heatmaps, sizes, score = tf.map_fn(
            of_one,
            (image, self._sounds(audio)),
            fn_output_signature=(
                tf.RaggedTensorSpec([None, None], tf.float32, ragged_rank=1),
                tf.TensorSpec([2], tf.int32),
                tf.TensorSpec([], tf.float32),
            ),
            parallel_iterations=1,  # a large image has the memory to itself
        )
        heatmap = heatmaps.to_tensor()  # [batch, height, width]
        ends = tf.cast(tf.shape(heatmap)[1:] / sizes, tf.float32)  # [batch, 2]
        return {
            "heatmap": heatmap,
            "crop_box": tf.concat([tf.zeros_like(ends), ends], 1),
            "score": score,
        }

    def score_examples(self, examples: tf.Tensor) -> dict[str, tf.Tensor]:
        """Maps serialized pair examples [batch] to `score` [batch], for AvcEvaluator."""
        spec = image_spec(self.config.frames)
        parsed = tf.io.parse_example(
            examples, spec | {contract.AUDIO: contract.PAIR_SPEC[contract.AUDIO]}
        )
        images = encoded_images(parsed, self.config.frames)
        return self.score(images, parsed[contract.AUDIO])

    def describe(self, query: tf.Tensor) -> dict[str, tf.Tensor]:
        """Maps any strings [batch] to what a client must know, each [batch]; int32 but for shares."""
        config = self.config
        facts = {
            "sample_rate": config.sample_rate,
            "image_size": config.image_size,
            "crop_size": config.crop_size,
            "embedding_size": self.network.embedding_size,
            "frames": config.frames,
            "map_threshold": self.network.map_threshold,
        }
        return {name: tf.fill(tf.shape(query), value) for name, value in facts.items()}

    def save(self, folder: str) -> None:
        """Writes the SavedModel, `serving_default` is `score`, and lets it prove itself.

        Raises:
            ExportError: the SavedModel is not what it should be; see `models.export_check`.
        """
        archive = keras.export.ExportArchive()
        archive.track(self.network)
        # The first endpoint becomes serving_default.
        for name in (
            "score",
            "embed_image",
            "embed_audio",
            "audio_features",
            "localise",
            "score_examples",
            "describe",
        ):
            archive.add_endpoint(name, getattr(self, name), self.inputs_of(name))
        with _towers_traced_once(self.network):
            archive.write_out(folder, verbose=False)
        check_export(self.network, folder)

    def inputs_of(self, name: str) -> list[tf.TensorSpec]:
        """What the signature of a name takes, in order."""
        inputs = [one for one in getattr(self, name).__annotations__ if one != "return"]
        return [tf.TensorSpec(self._input_shape(one), tf.string, name=one) for one in inputs]

    def _input_shape(self, name: str) -> list[int | None]:
        several = name == "image" and self.config.frames > 1
        return [None, self.config.frames] if several else [None]

    def _crops(self, encoded: tf.Tensor) -> tf.Tensor:
        """Decodes [batch] or [batch, frames] to uint8 [batch, crop, crop, 3 * frames]."""
        shape = tf.TensorSpec(self.config.image_shape, tf.uint8)
        return tf.map_fn(self._crop, encoded, fn_output_signature=shape)

    def _crop(self, encoded: tf.Tensor) -> tf.Tensor:
        """Decodes one image to its centre, uint8 [crop, crop, 3 * frames]."""
        frames, relative = self._frames(encoded)
        size = tf.cast(tf.round(relative * self.config.image_size), tf.int32)
        crop = self.config.crop_size
        top, left = tf.unstack((size - crop) // 2)
        frames = tf.image.crop_to_bounding_box(_resized(frames, size), top, left, crop, crop)
        return tf.ensure_shape(_side_by_side(frames), self.config.image_shape)

    def _whole(self, encoded: tf.Tensor) -> tf.Tensor:
        """Decodes one image to uint8 [height, width, 3 * frames], scaled to whole cells."""
        frames, relative = self._frames(encoded)
        cells = tf.cast(tf.round(relative * self.network.short_side_cells), tf.int32)
        whole = _side_by_side(_resized(frames, cells * self.network.cell_pixels))
        return tf.ensure_shape(whole, [None, None, self.config.image_shape[-1]])

    def _frames(self, encoded: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Decodes one image, [] or [frames], to uint8 [frames, height, width, 3].

        Returns:
            With it its height and width in units of the shorter one, float32 [2].
        """
        if self.config.frames == 1:
            frames = self._decoded(encoded)[None]
        else:
            spec = tf.TensorSpec([None, None, 3], tf.uint8)
            frames = tf.map_fn(self._decoded, encoded, fn_output_signature=spec)
        size = tf.shape(frames)[1:3]  # height, width
        check = tf.debugging.assert_less_equal(
            tf.reduce_max(size),
            _MAX_ASPECT_RATIO * tf.reduce_min(size),
            f"an image's long side must be at most {_MAX_ASPECT_RATIO} times its short side; got "
            "[long side, times the short side]:",
        )
        with tf.control_dependencies([check]):
            return frames, tf.cast(size / tf.reduce_min(size), tf.float32)

    @staticmethod
    def _decoded(encoded: tf.Tensor) -> tf.Tensor:
        image = tf.io.decode_image(encoded, channels=3, expand_animations=False)
        return tf.ensure_shape(image, [None, None, 3])

    def _sounds(self, encoded: tf.Tensor) -> tf.Tensor:
        """Decodes [batch] to int16 [batch, samples]."""
        samples = self.config.sample_rate
        return tf.map_fn(
            lambda audio: tf.cond(
                tf.equal(tf.strings.substr(audio, 0, 4), b"RIFF"),
                lambda: self._wav(audio),
                lambda: self._pcm(audio),
            ),
            encoded,
            fn_output_signature=tf.TensorSpec([samples], tf.int16),
        )

    def _pcm(self, audio: tf.Tensor) -> tf.Tensor:
        samples = self.config.sample_rate
        check = tf.debugging.assert_equal(
            tf.strings.length(audio),
            2 * samples,
            f"audio must be 1 s of int16 mono PCM at {samples} Hz, that is {2 * samples} bytes",
        )
        with tf.control_dependencies([check]):
            return tf.ensure_shape(tf.io.decode_raw(audio, tf.int16), [samples])

    def _wav(self, audio: tf.Tensor) -> tf.Tensor:
        samples = self.config.sample_rate
        waveform, sample_rate = tf.audio.decode_wav(audio)  # [samples, channels], []
        check = tf.debugging.assert_equal(
            tf.concat([[sample_rate], tf.shape(waveform)], 0),
            [samples, samples, 1],
            f"a WAV file must hold 1 s of mono sound at {samples} Hz, that is {samples} samples; "
            "got [sample rate, samples, channels]:",
        )
        with tf.control_dependencies([check]):
            waveform = tf.round(waveform[:, 0] * 32768.0)
        return tf.ensure_shape(tf.cast(waveform, tf.int16), [samples])


@contextlib.contextmanager
def _towers_traced_once(network: AvcNetwork) -> Iterator[None]:
    """Makes the towers functions that the signatures share: two thirds of the graph, and the time."""
    names = "image_features", "audio_features"
    for name in names:
        # Not Keras's own assignment, which would make them part of the network.
        object.__setattr__(network, name, tf.function(getattr(network, name), autograph=False))
    try:
        yield
    finally:
        for name in names:
            object.__delattr__(network, name)


def _as_many(audio: tf.Tensor, image: tf.Tensor) -> tf.Tensor:
    """The sounds, if there is one for each image: else one would be heard for all, or not at all."""
    check = tf.debugging.assert_equal(
        tf.shape(audio)[0],
        tf.shape(image)[0],
        "there must be as many sounds as images; got [sounds], [images]:",
    )
    with tf.control_dependencies([check]):
        return tf.identity(audio)


def _resized(frames: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    """Scales uint8 [frames, height, width, 3] to a height and width, int32 [2]."""
    # Frames as stored by VideoExampleGen have the right size and stay as they are.
    return tf.cond(
        tf.reduce_all(tf.equal(tf.shape(frames)[1:3], size)),
        lambda: frames,
        lambda: tf.cast(
            tf.round(tf.clip_by_value(tf.image.resize(frames, size, antialias=True), 0, 255)),
            tf.uint8,
        ),
    )


def _side_by_side(frames: tf.Tensor) -> tf.Tensor:
    """Makes [height, width, 3 * frames] of [frames, height, width, 3]."""
    _, height, width, _ = tf.unstack(tf.shape(frames))
    return tf.reshape(tf.transpose(frames, [1, 2, 0, 3]), [height, width, -1])
