"""AVOL-Net, the audio-visual object localisation network."""

from __future__ import annotations

import functools

import keras
from keras import ops

from objects_that_sound.models.losses import pair_masks
from objects_that_sound.models.losses.info_nce import info_nce
from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.networks.avc_network import AvcNetwork
from objects_that_sound.models.networks.embedding_head import EmbeddingHead


@keras.saving.register_keras_serializable("objects_that_sound")
class AVOLNet(AvcNetwork):
    """AVOL-Net ("Objects that Sound", section 4.1, figure 5).

    The vision tower keeps its map: conv5 and conv6 (1x1) give a vector at every place. Its scalar
    product with the sound's vector, scaled and shifted, is the logit that this place sounds; the
    largest one decides the correspondence (multiple instance learning).

    Args:
        config: sizes; see NetworkConfig.
        **kwargs: of AvcNetwork.
    """

    def __init__(self, config: NetworkConfig, **kwargs):
        super().__init__(config, **kwargs)
        head = functools.partial(
            EmbeddingHead,
            size=config.embedding_size,
            batch_norm=config.normalise,
            unit_length=config.normalise,
            batch_norm_momentum=config.batch_norm_momentum,
            dtype="float32",  # distances of nearby vectors need it
        )
        self.image_head = head(names=("conv5", "conv6"), name="image_head")
        self.pooled_head = (
            head(unit_length=True, name="pooled_head") if config.pooled_head else None
        )
        self.audio_head = head(name="audio_head")
        scale, bias = (10.0, -3.0) if config.normalise else (1.0, 0.0)
        self.conv7 = keras.layers.Dense(
            1,
            kernel_initializer=keras.initializers.Constant(scale),
            bias_initializer=keras.initializers.Constant(bias),
            dtype="float32",
            name="conv7",
        )
        self.conv7.build((None, 1))

    def build(self, input_shape=None):
        """Makes all weights; see AvcNetwork."""
        super().build(input_shape)
        for head in (self.image_head, self.audio_head, self.pooled_head):
            if head is not None:
                head.build((None, self.config.filters[-1]))

    @property
    def match_layer(self) -> keras.layers.Layer:
        """conv7."""
        return self.conv7

    def call(self, inputs, training: bool = False):
        """Largest scalar products of all pairs, and the vectors of images and sounds."""
        features = self.image_features(inputs["image"], training)
        places = self.image_head(features, training=training)  # [batch, height, width, size]
        audio = self.heard(inputs["audio"], training)
        sounds = self.sound_vectors(audio, training)  # [sounds, size]
        sounds = self._sounds_of_all_devices(sounds, inputs["audio"], training)
        products = ops.einsum("ihwd,jd->ijhw", places, sounds)  # [batch, sounds, height, width]
        similarities = ops.max(products, axis=(2, 3))  # [batch, sounds]
        similarities = self._of_all_devices(similarities, training)
        images = self._image_embedding(features, places, training)
        return {
            "similarities": similarities,
            "logits": self.match_logits(similarities),
            "image_embedding": self._of_all_devices(images, training),
            "audio_embedding": sounds,
            **self._heard_again(inputs["audio"], training),
        }

    def embed_image(self, image, training: bool = False):
        """Maps [batch, crop, crop, 3] to unit vectors [batch, embedding_size]."""
        features = self.image_features(image, training)
        places = self.image_head(features, training=training)
        return self._image_embedding(features, places, training)

    def _image_embedding(self, features, places, training: bool = False):
        if self.pooled_head is not None:
            return self.pooled_head(self.pool(features), training=training)
        return ops.normalize(ops.max(places, axis=(1, 2)), axis=-1)  # [batch, embedding_size]

    def embed_audio(self, audio, training: bool = False):
        """Maps [batch, samples] to unit vectors [batch, embedding_size]."""
        return ops.normalize(self.sound_vectors(audio, training), axis=-1)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The objective over the map, and with a pooled head InfoNCE over its vectors."""
        loss = super().compute_loss(x, y, y_pred, sample_weight, training)
        if self.pooled_head is not None:
            sounds = ops.normalize(y_pred["audio_embedding"], axis=-1)
            cosines = ops.matmul(y_pred["image_embedding"], ops.transpose(sounds))
            masks = pair_masks.all_pairs(x["group"], ops.shape(sounds)[0])
            loss = loss + info_nce(cosines, *masks)
        return loss

    def sound_vectors(self, audio, training: bool = False):
        """What places are multiplied with, [batch, embedding_size]."""
        features = self.audio_features(audio, training)
        return self.audio_head(self.pool_sounds(features), training=training)

    def similarity(self, image, sounds):
        """Largest scalar products of images and their sounds, [batch]."""
        return ops.max(self.similarity_map(image, sounds), axis=(1, 2))

    def _score_of(self, places, image, sounds):
        return ops.max(places, axis=(1, 2))  # section 4.1

    def similarity_map(self, image, sounds):
        """Scalar products by place, [batch, height, width]."""
        places = self.image_head(self.image_features(image))  # [batch, height, width, size]
        return ops.einsum("bhwd,bd->bhw", places, sounds)

    def match_logits(self, similarities):
        """conv7: one scale and one bias, of all places."""
        return self.conv7(similarities[..., None])[..., 0]
