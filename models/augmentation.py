"""How much images and sounds are varied in training."""

from __future__ import annotations

from typing import Literal, NamedTuple

AugmentationName = Literal["paper", "erasing", "strong"]


class Augmentation(NamedTuple):
    """Strengths of all variations; images are also flipped.

    Attributes:
        least_area: share of the stored frame that a crop has at least, which is then scaled to the
            crop's size; 1: crops have their own size in pixels.
        brightness: see RandomColour, as the next four.
        saturation: see there.
        contrast: see there.
        tint: see there.
        grey: see there.
        volume: see RandomGain.
        erased: share of the images that lose a rectangle; see keras.layers.RandomErasing.
        equalizer: strength of the curve over the bands of the spectrogram; see RandomEqualizer.
        pitch: greatest shift of the spectrogram's bands; see RandomPitch.
        masks: number of masks in each direction of the spectrogram; see RandomMasks.
        mixed: share of the sounds that get another one as background; see RandomMix.
    """

    least_area: float = 1.0
    brightness: float = 0.15
    saturation: float = 0.4
    contrast: float = 0.0
    tint: float = 0.0
    grey: float = 0.0
    volume: float = 0.1
    erased: float = 0.0
    equalizer: float = 0.0
    pitch: float = 0.0
    masks: int = 0
    mixed: float = 0.0


AUGMENTATIONS: dict[AugmentationName, Augmentation] = {
    "paper": Augmentation(),  # "Look, Listen and Learn", section 3.1
    # What tells an object is not always in sight, so that maps reach more of it: "Hide-and-Seek"
    # (Singh and Lee, ICCV 2017).
    "erasing": Augmentation(erased=0.5),
    "strong": Augmentation(
        least_area=0.3,
        brightness=0.15,
        saturation=0.45,
        contrast=0.3,
        tint=0.15,
        grey=0.2,
        erased=0.5,
        equalizer=0.5,
        pitch=1 / 16,
        masks=2,
        mixed=0.7,
    ),
}
