"""Variations of colour."""

from __future__ import annotations

import keras
from keras import ops

from objects_that_sound.models.layers.random_layer import RandomLayer


@keras.saving.register_keras_serializable("objects_that_sound")
class RandomColour(RandomLayer):
    """Varies brightness, saturation, contrast and tint of the images of a batch, in training only.

    The frames of one image (see `NetworkConfig.image_shape`) are varied alike.

    "Look, Listen and Learn", section 3.1, names the first two and states no strengths. Saturation is a blend
    with the grey image, which costs a tenth of the way through HSV that Keras's layer takes.

    Args:
        brightness: added, uniform in -brightness .. brightness of full scale.
        saturation: the blend is uniform in 1 - saturation .. 1 + saturation.
        contrast: all differences from the image's mean are multiplied by a factor that is uniform
            in 1 - contrast .. 1 + contrast.
        tint: and those of each of the three colours by another one, in 1 - tint .. 1 + tint.
        grey: share of the images that lose their colours.
        seed: of the random numbers.
    """

    def __init__(
        self,
        brightness: float = 0.15,
        saturation: float = 0.4,
        contrast: float = 0.0,
        tint: float = 0.0,
        grey: float = 0.0,
        seed: int | None = None,
        **kwargs,
    ):
        super().__init__(seed, **kwargs)
        self.brightness, self.saturation = brightness, saturation
        self.contrast, self.tint, self.grey = contrast, tint, grey

    def call(self, image, training: bool = False):
        """Maps [batch, height, width, 3 * frames] in -1..1 to that; values may leave the range."""
        if not training:
            return image
        size = ops.shape(image)
        shape = (size[0], 1, 1, 1, 1)
        seed = self.seed_generator
        blend = keras.random.uniform(shape, 1 - self.saturation, 1 + self.saturation, seed=seed)
        if self.grey:
            coloured = keras.random.uniform(shape, seed=seed) >= self.grey
            blend = blend * ops.cast(coloured, blend.dtype)
        # Full scale is 2 wide.
        shift = keras.random.uniform(shape, -2 * self.brightness, 2 * self.brightness, seed=seed)
        frames = ops.reshape(image, (*size[:-1], -1, 3))  # [batch, height, width, frames, 3]
        grey = ops.mean(frames, axis=-1, keepdims=True)
        varied = frames * blend + (grey * (1 - blend) + shift)
        if self.contrast or self.tint:
            mean = ops.mean(varied, axis=(1, 2, 3, 4), keepdims=True)
            gain = keras.random.uniform(shape, 1 - self.contrast, 1 + self.contrast, seed=seed)
            tint = keras.random.uniform((*shape[:-1], 3), 1 - self.tint, 1 + self.tint, seed=seed)
            varied = (varied - mean) * (gain * tint) + mean
        return ops.reshape(varied, size)

    def get_config(self):
        """The arguments to build this layer again."""
        return super().get_config() | {
            "brightness": self.brightness,
            "saturation": self.saturation,
            "contrast": self.contrast,
            "tint": self.tint,
            "grey": self.grey,
        }
