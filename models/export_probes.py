"""What an exported model is tried on."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from objects_that_sound.models import examples as contract
from objects_that_sound.models.network_config import NetworkConfig


class ExportProbes:
    """All pairs of a black and a noisy image with silence and noise, for `models.export_check`.

    Args:
        config: sizes of the network.

    Attributes:
        names: of the pairs, for messages.
        crops: what the network sees of the images, uint8 [pairs, crop, crop, 3 * frames].
        waveforms: int16 [pairs, samples].
        crop_box: the part of the images that is seen, as the signature `localise` gives it.
    """

    def __init__(self, config: NetworkConfig):
        rng = np.random.default_rng(0)
        # A short side of this length is not scaled, only cropped.
        height, width = config.image_size, config.image_size * 4 // 3
        images = {
            "a black image": np.zeros([height, width, 3 * config.frames], np.uint8),
            "a noisy image": rng.integers(0, 256, [height, width, 3 * config.frames], np.uint8),
        }
        sounds = {
            "silence": np.zeros([config.sample_rate], "<i2"),
            "noise": rng.integers(-10000, 10000, [config.sample_rate]).astype("<i2"),
        }
        pairs = [(image, sound) for image in images for sound in sounds]
        crop = config.crop_size
        top, left = (height - crop) // 2, (width - crop) // 2
        box = [top / height, left / width, (top + crop) / height, (left + crop) / width]
        self.names = [f"{image} and {sound}" for image, sound in pairs]
        self.crops = np.stack([images[i][top : top + crop, left : left + crop] for i, _ in pairs])
        self.waveforms = np.stack([sounds[sound] for _, sound in pairs])
        self.crop_box = np.array([box] * len(pairs), np.float32)  # [pairs, 4]
        self._frames = [_encode(images[image], config.frames) for image, _ in pairs]

    def requests(self) -> dict[str, list]:
        """The pairs as bytes, by the name of a signature's input; of several frames as lists."""
        audio = [waveform.tobytes() for waveform in self.waveforms]
        pairs = [
            contract.make_example(
                {
                    contract.IMAGE: frames[len(frames) // 2],
                    contract.FRAMES: frames,
                    contract.AUDIO: sound,
                }
            )
            for frames, sound in zip(self._frames, audio, strict=True)
        ]
        single = len(self._frames[0]) == 1
        return {
            "image": [frames[0] if single else frames for frames in self._frames],
            "audio": audio,
            "examples": [pair.SerializeToString() for pair in pairs],
            "query": [b""] * len(pairs),
        }


def _encode(image: np.ndarray, frames: int) -> list[bytes]:
    """PNGs of the frames of [height, width, 3 * frames]."""
    return [tf.io.encode_png(frame).numpy() for frame in np.split(image, frames, axis=-1)]
