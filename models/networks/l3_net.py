"""L3-Net, the look-listen-and-learn network."""

from __future__ import annotations

import keras
from keras import ops

from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.networks.avc_network import AvcNetwork


@keras.saving.register_keras_serializable("objects_that_sound")
class L3Net(AvcNetwork):
    """L3-Net ("Look, Listen and Learn", section 2.1, figure 2).

    Both towers are pooled, joined to one vector, and two fully connected layers decide. Frame and
    sound meet nowhere before, so that their vectors are not aligned: a frame's vector tells what is
    like it among frames, and a sound's among sounds, but not what goes together.

    The first layer's product with the joined vector is the sum of its products with both halves:
    all pairs of a batch cost hardly more than its matching ones.

    Args:
        config: sizes; see NetworkConfig. `embedding_size` is the width of fc1; `normalise` and
            `pooled_head` have no meaning here.
        **kwargs: of AvcNetwork.
    """

    def __init__(self, config: NetworkConfig, **kwargs):
        super().__init__(config, **kwargs)
        self.fc1 = keras.layers.Dense(config.embedding_size, dtype=self.dtype_policy, name="fc1")
        self.fc2 = keras.layers.Dense(2, dtype="float32", name="fc2")

    @property
    def embedding_size(self) -> int:
        """Length of the vectors of image and sound: the towers' channels."""
        return self.config.filters[-1]

    def build(self, input_shape=None):
        """Makes all weights; see AvcNetwork."""
        super().build(input_shape)
        self.fc1.build((None, 2 * self.embedding_size))
        self.fc2.build((None, self.config.embedding_size))

    def embed_image(self, image, training: bool = False):
        """Maps [batch, crop, crop, 3] to unit vectors [batch, filters[-1]]."""
        return _unit_length(self.pool(self.image_features(image, training)))

    def embed_audio(self, audio, training: bool = False):
        """Maps [batch, samples] to unit vectors [batch, filters[-1]]."""
        return _unit_length(self.sound_vectors(audio, training))

    def call(self, inputs, training: bool = False):
        """Logits of all pairs and the pooled features of images and sounds."""
        audio = self.heard(inputs["audio"], training)
        seen = self.pool(self.image_features(inputs["image"], training))  # [batch, channels]
        heard = self.sound_vectors(audio, training)  # [sounds, channels]
        heard = self._sounds_of_all_devices(heard, inputs["audio"], training)
        logits = self._logits(seen[:, None], heard[None, :])  # [batch, sounds]
        logits = self._of_all_devices(logits, training)
        return {
            "similarities": logits,
            "logits": logits,
            "image_embedding": self._of_all_devices(seen, training),
            "audio_embedding": heard,
            **self._heard_again(inputs["audio"], training),
        }

    def sound_vectors(self, audio, training: bool = False):
        """conv4_2 of sounds, pooled, [batch, channels]."""
        return self.pool_sounds(self.audio_features(audio, training))

    def similarity(self, image, sounds):
        """Logits of images and their sounds, [batch]."""
        return self._logits(self.pool(self.image_features(image)), sounds)

    def similarity_map(self, image, sounds):
        """The decision at every place of conv4_2 instead of over all, [batch, height, width].

        Not in the paper, which shows single channels of conv4_2.
        """
        return self._logits(self.image_features(image), sounds[:, None, None])

    def match_logits(self, similarities):
        """The similarities are logits already."""
        return similarities

    def _logits(self, seen, heard):
        """fc1, ReLU and fc2 of [..., channels] and [..., channels], which are broadcast."""
        kernel = ops.cast(self.fc1.kernel, self.compute_dtype)
        by_eye, by_ear = ops.split(kernel, 2, axis=0)  # both [channels, embedding_size]
        bias = ops.cast(self.fc1.bias, self.compute_dtype)
        hidden = ops.relu(ops.matmul(seen, by_eye) + ops.matmul(heard, by_ear) + bias)
        logits = self.fc2(hidden)  # [..., 2]
        return logits[..., 1] - logits[..., 0]


def _unit_length(features):
    """Scales features >= 0 [..., channels]; those that are all zero point evenly everywhere."""
    zero = ops.max(features, axis=-1, keepdims=True) <= keras.config.epsilon()
    return ops.normalize(ops.where(zero, ops.ones_like(features), features), axis=-1)
