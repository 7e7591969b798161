"""AVE-Net, the audio-visual embedding network."""

from __future__ import annotations

import functools

import keras
from keras import ops

from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.networks.avc_network import AvcNetwork
from objects_that_sound.models.networks.embedding_head import EmbeddingHead


@keras.saving.register_keras_serializable("objects_that_sound")
class AVENet(AvcNetwork):
    """AVE-Net ("Objects that Sound", section 3.1, figure 2d).

    Both towers end in a vector of unit length; correspondence is decided from nothing but the
    Euclidean distance of the two, which therefore aligns them.

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
            batch_norm_momentum=config.batch_norm_momentum,
            dtype="float32",  # distances of nearby vectors need it
        )
        self.image_head = head(name="image_head")
        self.audio_head = head(name="audio_head")
        # As printed, fc3 may learn from random weights that what matches is far apart: it starts
        # with the right sign, deciding at a distance of 1.3 (unit vectors at random: 1.41).
        self.fc3 = keras.layers.Dense(
            2,
            kernel_initializer=keras.initializers.Constant([[4.0, -4.0]]),
            bias_initializer=keras.initializers.Constant([-5.2, 5.2]),
            dtype="float32",
            name="fc3",
        )
        self.fc3.build((None, 1))

    def build(self, input_shape=None):
        """Makes all weights; see AvcNetwork."""
        super().build(input_shape)
        for head in (self.image_head, self.audio_head):
            head.build((None, self.config.filters[-1]))

    @property
    def match_layer(self) -> keras.layers.Layer:
        """fc3."""
        return self.fc3

    def call(self, inputs, training: bool = False):
        """Cosines of all pairs and the vectors of images and sounds, [.., embedding_size]."""
        audio = self.heard(inputs["audio"], training)
        images = self.embed_image(inputs["image"], training)  # [batch, embedding_size]
        sounds = self.embed_audio(audio, training)  # [sounds, embedding_size]
        sounds = self._sounds_of_all_devices(sounds, inputs["audio"], training)
        similarities = ops.matmul(images, ops.transpose(sounds))  # [batch, sounds]
        similarities = self._of_all_devices(similarities, training)
        return {
            "similarities": similarities,
            "logits": self.match_logits(similarities),
            "image_embedding": self._of_all_devices(images, training),
            "audio_embedding": sounds,
            **self._heard_again(inputs["audio"], training),
        }

    def embed_image(self, image, training: bool = False):
        """Maps [batch, crop, crop, 3] to unit vectors [batch, embedding_size]."""
        return self.image_head(self.pool(self.image_features(image, training)), training=training)

    def embed_audio(self, audio, training: bool = False):
        """Maps [batch, samples] to unit vectors [batch, embedding_size]."""
        features = self.audio_features(audio, training)
        return self.audio_head(self.pool_sounds(features), training=training)

    def sound_vectors(self, audio):
        """The embeddings of sounds, [batch, embedding_size]."""
        return self.embed_audio(audio)

    def similarity(self, image, sounds):
        """Cosines of images and their sounds, [batch]."""
        return ops.sum(self.embed_image(image) * sounds, axis=-1)

    def similarity_map(self, image, sounds):
        """Cosines of the head applied at every place of conv4_2, [batch, height, width].

        Not in the paper, which localises by AVOL-Net alone.
        """
        vectors = self.image_head(self.image_features(image))  # [batch, height, width, size]
        return ops.einsum("bhwd,bd->bhw", vectors, sounds)

    def match_logits(self, similarities):
        """fc3 of the Euclidean distance: the difference of the logits of its two classes."""
        distance = ops.sqrt(ops.maximum(2 - 2 * similarities, 0.0) + 1e-8)  # of unit vectors
        logits = self.fc3(distance[..., None])  # [..., 2]
        return logits[..., 1] - logits[..., 0]
