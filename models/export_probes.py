"""What an exported model is tried on."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from objects_that_sound.models import examples as contract
from objects_that_sound.models.networks.avc_network import AvcNetwork


class ExportProbes:
    """All pairs of a black and a noisy image with silence and noise, for `models.export_check`.

    Args:
        network: the network that was exported.

    Attributes:
        names: of the pairs, for messages.
        crops: what the network sees of the images, uint8 [pairs, crop, crop, 3 * frames].
        wholes: what it sees of those to localise in, uint8 [pairs, height, width, 3 * frames].
        waveforms: int16 [pairs, samples].
    """

    def __init__(self, network: AvcNetwork):
        config = network.config
        rng = np.random.default_rng(0)
        # A short side of this length is not scaled, only cropped.
        height, width = config.image_size, config.image_size * 4 // 3
        images = _images(height, width, config.frames, rng)
        # Whole cells are not scaled.
        rows = network.short_side_cells
        cells = rows * network.cell_pixels, (rows * 4 // 3) * network.cell_pixels
        wholes = _images(*cells, config.frames, rng)
        sounds = {
            "silence": np.zeros([config.sample_rate], "<i2"),
            "noise": rng.integers(-10000, 10000, [config.sample_rate]).astype("<i2"),
        }
        pairs = [(image, sound) for image in images for sound in sounds]
        crop = config.crop_size
        top, left = (height - crop) // 2, (width - crop) // 2
        self.names = [f"{image} and {sound}" for image, sound in pairs]
        self.crops = np.stack([images[i][top : top + crop, left : left + crop] for i, _ in pairs])
        self.wholes = np.stack([wholes[image] for image, _ in pairs])
        self.waveforms = np.stack([sounds[sound] for _, sound in pairs])
        self._frames = [_encode(images[image], config.frames) for image, _ in pairs]
        self._whole_frames = [_encode(wholes[image], config.frames) for image, _ in pairs]

    def requests(self, signature: str) -> dict[str, list]:
        """The pairs as bytes, by the name of the signature's input; of several frames as lists."""
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
        shown = self._whole_frames if signature == "localise" else self._frames
        return {
            "image": [frames[0] if len(frames) == 1 else frames for frames in shown],
            "audio": audio,
            "examples": [pair.SerializeToString() for pair in pairs],
            "query": [b""] * len(pairs),
        }


def _images(
    height: int, width: int, frames: int, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    shape = [height, width, 3 * frames]
    return {
        "a black image": np.zeros(shape, np.uint8),
        "a noisy image": rng.integers(0, 256, shape, np.uint8),
    }


def _encode(image: np.ndarray, frames: int) -> list[bytes]:
    """PNGs of the frames of [height, width, 3 * frames]."""
    return [tf.io.encode_png(frame).numpy() for frame in np.split(image, frames, axis=-1)]
