"""What L3-Net, AVE-Net and AVOL-Net share: towers, preprocessing and the training step."""

from __future__ import annotations

import abc
import dataclasses
from collections.abc import Callable
from typing import Any, Self

import keras
from keras import ops

from objects_that_sound.models.augmentation import AUGMENTATIONS, AugmentationName
from objects_that_sound.models.layers.background_sounds import BackgroundSounds
from objects_that_sound.models.layers.log_spectrogram import LogSpectrogram
from objects_that_sound.models.layers.random_colour import RandomColour
from objects_that_sound.models.layers.random_equalizer import RandomEqualizer
from objects_that_sound.models.layers.random_gain import RandomGain
from objects_that_sound.models.layers.random_masks import RandomMasks
from objects_that_sound.models.layers.random_mix import RandomMix
from objects_that_sound.models.layers.random_pitch import RandomPitch
from objects_that_sound.models.losses import pair_masks
from objects_that_sound.models.losses.balanced_cross_entropy import balanced_accuracy
from objects_that_sound.models.losses.objectives import OBJECTIVES
from objects_that_sound.models.losses.sound_contrast import sound_contrast
from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.networks.binned_maxima import binned_maxima
from objects_that_sound.models.networks.several_looks import NEARER, several_looks
from objects_that_sound.models.networks.tower import convolution_tower, total_stride
from objects_that_sound.models.networks.whole_objects import AT_OUTLINE, whole_objects

POOLED_AUDIO_BINS = (4, 3)
"""Of frequency and time; with the papers' 512 channels these are 6144 features."""

_ERASED_AREA = (0.0225, 0.25)
"""Of an image: between 0.15 and 0.5 of each side."""

_POOLING = {
    "maximum": keras.layers.GlobalMaxPooling2D,
    "average": keras.layers.GlobalAveragePooling2D,
    "mixed": keras.layers.GlobalAveragePooling2D,  # of sounds, see `pool_sounds`
}


class AvcNetwork(keras.Model, abc.ABC):
    """A network trained by audio-visual correspondence (AVC) over the pairs of a batch.

    Subclasses say how frame and sound compare.

    Its inputs are a dictionary of `image` ([batch, crop, crop, 3], uint8 or float in 0..255;
    of several frames, the channels of all: see `NetworkConfig.image_shape`),
    `audio` ([batch, samples], int16 or float in -1..1) and `group` ([batch], integers: the sound of
    an example of the same group is never a negative).

    Its outputs are a dictionary of `similarities` ([batch images, batch sounds + background
    sounds]), the `logits` of their correspondence (see `match_logits`) and what they are made of.
    With `sound_contrast`, `audio_again` are the vectors of the same sounds in another variation.

    Args:
        config: sizes; see NetworkConfig.
        objective: a name of `models.losses.objectives.OBJECTIVES`.
        background_sounds: so many of silence and noise join each batch as negatives.
        augmentation: a name of `models.augmentation.AUGMENTATIONS`; crops are the input's part.
        seed: of the augmentation.
        sound_contrast: weight of `models.losses.sound_contrast`; 0: the sounds are heard once.

    Attributes:
        match_threshold: score from which a heat map says that something makes the sound; see
            `models.training.calibration.set_match_threshold`.
    """

    def __init__(
        self,
        config: NetworkConfig,
        objective: str = "all_pairs",
        background_sounds: int = 0,
        augmentation: AugmentationName = "paper",
        seed: int | None = None,
        match_threshold: float = 0.5,
        sound_contrast: float = 0.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.config = config
        self.objective = OBJECTIVES[objective]
        # Joins [batch, ...] of all devices in training; None: each device makes its own pairs.
        self.gather: Callable[[Any], Any] | None = None
        self.augmentation: AugmentationName = augmentation
        self.seed = seed
        self.match_threshold = match_threshold
        self.sound_contrast = sound_contrast
        varied = AUGMENTATIONS[augmentation]
        # What varies and scales the input is exact, whatever precision the towers compute in.
        self.rescaling = keras.layers.Rescaling(
            1 / 127.5, offset=-1.0, dtype="float32", name="rescaling"
        )
        self.random_colour = RandomColour(
            varied.brightness,
            varied.saturation,
            varied.contrast,
            varied.tint,
            varied.grey,
            seed=seed,
            dtype="float32",
            name="random_colour",
        )
        self.random_erasing = keras.layers.RandomErasing(
            (varied.erased, varied.erased),
            scale=_ERASED_AREA,
            fill_value=0.0,
            value_range=(-1.0, 1.0),
            seed=seed,
            dtype="float32",
            name="random_erasing",
        )
        self.random_mix = RandomMix(varied.mixed, seed=seed, dtype="float32", name="random_mix")
        self.random_gain = RandomGain(varied.volume, seed=seed, dtype="float32", name="random_gain")
        self.random_pitch = RandomPitch(
            varied.pitch, seed=seed, dtype="float32", name="random_pitch"
        )
        self.random_equalizer = RandomEqualizer(
            varied.equalizer, seed=seed, dtype="float32", name="random_equalizer"
        )
        self.random_masks = RandomMasks(
            varied.masks, seed=seed, dtype="float32", name="random_masks"
        )
        self.background_sounds = BackgroundSounds(
            background_sounds, seed=seed, dtype="float32", name="background_sounds"
        )
        self.log_spectrogram = LogSpectrogram(
            config.window,
            config.hop,
            config.fft,
            config.sample_rate,
            config.mel_bands,
            config.normalise_sound,
            dtype="float32",
            name="log_spectrogram",
        )
        self.image_tower = self._tower("image_tower", config.image_stride)
        self.audio_tower = self._tower("audio_tower", config.audio_stride)
        pooling = _POOLING[config.pooling]
        self.pool = pooling(dtype=self.dtype_policy, name="pool4")
        self.avc_accuracy = keras.metrics.Mean(name="avc_accuracy")

    def _tower(self, name: str, first_stride: int) -> keras.Sequential:
        config = self.config
        return convolution_tower(
            config.filters, first_stride, config.batch_norm_momentum, name, self.dtype_policy
        )

    def build(self, input_shape=None):
        """Makes all weights; the configuration says their shapes, so `input_shape` is not used."""
        config = self.config
        self.image_tower.build((None, *config.image_shape))
        self.audio_tower.build(
            self.log_spectrogram.compute_output_shape((None, config.sample_rate))
        )
        self.built = True

    def _of_all_devices(self, values, training: bool):
        """[batch, ...] of all devices in training, where embeddings are to be gathered."""
        return values if self.gather is None or not training else self.gather(values)

    def _sounds_of_all_devices(self, sounds, own, training: bool):
        """Likewise, of `sounds` that begin with those of the batch, `own`.

        The background sounds behind them stay those of the device.
        """
        if self.gather is None or not training:
            return sounds
        batch = own.shape[0]
        return ops.concatenate([self.gather(sounds[:batch]), sounds[batch:]], axis=0)

    @property
    def embedding_size(self) -> int:
        """Length of the vectors of `embed_image` and `embed_audio`."""
        return self.config.embedding_size

    @property
    def cell_pixels(self) -> int:
        """Side, in pixels, of the part of an image that one cell of the map stands for."""
        return total_stride(self.image_tower)

    @property
    def short_side_cells(self) -> int:
        """Cells of the map along the short side of a whole image, `image_size` pixels long."""
        return max(1, round(self.config.image_size / self.cell_pixels))

    @property
    def match_layer(self) -> keras.layers.Layer | None:
        """The layer in `match_logits`, or none if similarities are the logits."""
        return None

    @abc.abstractmethod
    def embed_image(self, image, training: bool = False):
        """Maps [batch, crop, crop, 3] to unit vectors [batch, embedding_size]."""

    @abc.abstractmethod
    def embed_audio(self, audio, training: bool = False):
        """Maps [batch, samples] to unit vectors [batch, embedding_size]."""

    @abc.abstractmethod
    def sound_vectors(self, audio):
        """Maps [batch, samples] to what images and their places are compared with, [batch, size]."""

    @abc.abstractmethod
    def similarity_map(self, image, sounds):
        """Maps images and the `sound_vectors` to similarities by place, [batch, height, width].

        Images may be of any size: a map has a cell for every `cell_pixels` of height and width.
        """

    @abc.abstractmethod
    def similarity(self, image, sounds):
        """Maps images and the `sound_vectors` to their similarity, [batch]."""

    @abc.abstractmethod
    def match_logits(self, similarities):
        """Maps similarities of any shape to the logits of correspondence, of the same shape."""

    def score(self, image, audio):
        """Probability that image and sound correspond, [batch], for inference."""
        return self._probability(self.similarity(image, self.sound_vectors(audio)))

    def heatmap(self, image, audio):
        """The map of `localise` alone."""
        return self.localise(image, audio)[0]

    def localise(self, image, audio):
        """Where the sound comes from, and whether from anything in the image; for inference.

        Returns:
            `heatmap` [batch, height, width] in 0..1: the probability by place that it makes the
            sound; with `whole_objects` of the configuration these are extended over the objects,
            two or four times as many cells each way, and dark where the score is below
            `match_threshold`. And the `score` [batch].
        """
        sounds = self.sound_vectors(audio)

        def places_of(image):
            return self._probability(self.similarity_map(image, sounds))

        places = places_of(image)  # [batch, height, width]
        score = self._score_of(places, image, sounds)
        if not self.config.whole_objects:
            return places, score
        height, width = ops.shape(places)[1:]
        image = image[:, : height * self.cell_pixels, : width * self.cell_pixels]
        # Crops in training were seen from that near as well.
        nearer = AUGMENTATIONS[self.augmentation].least_area * NEARER**2 <= 1
        places, place_pixels = several_looks(places, places_of, image, self.cell_pixels, nearer)
        middle = 3 * (self.config.frames // 2)
        picture = image[..., middle : middle + 3]
        crop = self.config.crop_size
        bound = self.match_threshold
        return whole_objects(places, picture, score, bound, place_pixels, crop), score

    def _probability(self, similarities):
        return ops.sigmoid(self.match_logits(similarities))

    @property
    def map_threshold(self) -> float:
        """Value that a heat map reaches where something makes the sound, the same for all images."""
        return AT_OUTLINE if self.config.whole_objects else self.match_threshold

    def _score_of(self, places, image, sounds):
        return self._probability(self.similarity(image, sounds))

    def image_features(self, image, training: bool = False):
        """Maps [batch, crop, crop, 3] to conv4_2, [batch, height, width, filters[-1]]."""
        image = self.rescaling(ops.cast(image, "float32"))
        image = self.random_colour(image, training=training)
        if AUGMENTATIONS[self.augmentation].erased:
            image = self.random_erasing(image, training=training)
        return self.image_tower(image, training=training)

    def heard(self, audio, training: bool = False):
        """Maps [batch, samples] to the sounds of a step, [sounds, samples]: more, in training."""
        audio = self.random_mix(audio, training=training)
        return self.background_sounds(audio, training=training)

    def pool_sounds(self, features):
        """Maps conv4_2 of sounds, [batch, height, width, channels], to [batch, channels].

        A short sound in a quiet second moves the average little, but the maximum.
        """
        pooled = self.pool(features)
        if self.config.pooling == "mixed":
            pooled = pooled + ops.max(features, axis=(1, 2)) / 2
        return pooled

    def _heard_again(self, audio, training: bool) -> dict[str, Any]:
        """Vectors of the sounds [batch, samples] in another variation, where they are compared."""
        if not training or not self.sound_contrast:
            return {}
        vectors = self.embed_audio(self.random_mix(audio, training=True), training)
        return {"audio_again": self._of_all_devices(vectors, training)}  # [batch, size]

    def audio_features(self, audio, training: bool = False):
        """Maps [batch, samples] to conv4_2, [batch, height, width, filters[-1]]."""
        audio = self.random_gain(audio, training=training)  # [batch, samples]
        return self.audio_tower(self.spectrogram(audio, training), training=training)

    def spectrogram(self, audio, training: bool = False):
        """Maps [batch, samples] to log-spectrograms, [batch, bands, frames, 1]."""
        spectrogram = self.log_spectrogram(audio)
        for vary in (self.random_equalizer, self.random_pitch, self.random_masks):
            spectrogram = vary(spectrogram, training=training)
        return spectrogram

    def pooled_audio_features(self, audio):
        """Maps [batch, samples] to conv4_2 in 4 x 3 maxima, [batch, 4 * 3 * filters[-1]].

        For linear classifiers of sounds, in inference ("Look, Listen and Learn", section 4.1). Four
        bins of frequency by three of time by channels, in this order; see `binned_maxima`.
        """
        features = self.audio_features(audio)  # [batch, frequency, time, channels]
        return binned_maxima(features, POOLED_AUDIO_BINS)  # [batch, 12 channels]

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The objective over the pairs of the batch (Keras API: `Model.compute_loss`)."""
        loss = self.objective(y_pred["similarities"], self.match_logits, x["group"])
        if "audio_again" in y_pred:
            own = y_pred["audio_embedding"][: ops.shape(x["group"])[0]]
            loss += self.sound_contrast * sound_contrast(own, y_pred["audio_again"], x["group"])
        return loss

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        """Class-balanced AVC accuracy over all pairs (Keras API: `Model.compute_metrics`)."""
        # Of recordings only. In Keras's step on JAX, only `call` and `compute_loss` see the weights.
        logits = y_pred["logits"][:, : ops.shape(x["group"])[0]]
        masks = pair_masks.all_pairs(x["group"])
        self.avc_accuracy.update_state(balanced_accuracy(logits, *masks))
        return self.get_metrics_result()

    def get_config(self) -> dict[str, Any]:
        """The arguments to build this network again (Keras API: `network.save`)."""
        return super().get_config() | {
            "config": dataclasses.asdict(self.config),
            "objective": self.objective.__name__,
            "background_sounds": self.background_sounds.count,
            "augmentation": self.augmentation,
            "seed": self.seed,
            "match_threshold": self.match_threshold,
            "sound_contrast": self.sound_contrast,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Builds the network of `get_config`, with all weights made."""
        network = cls(**config | {"config": NetworkConfig.from_dict(config["config"])})
        network.build()
        return network
