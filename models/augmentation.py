"""How much images and sounds are varied in training."""

from __future__ import annotations

from typing import Literal, NamedTuple

AugmentationName = Literal["paper", "strong"]


class Augmentation(NamedTuple):
    """Strengths of all variations; images are also flipped.

    Attributes:
        least_area: share of the stored frame that a crop has at least, which is then scaled to the
            crop's size; 1: crops have their own size in pixels.
        brightness: see RandomColour, as the next three.
        saturation: see there.
        contrast: see there.
        tint: see there.
        volume: see RandomGain.
        masks: number of masks in each direction of the spectrogram; see RandomMasks.
    """

    least_area: float = 1.0
    brightness: float = 0.15
    saturation: float = 0.4
    contrast: float = 0.0
    tint: float = 0.0
    volume: float = 0.1
    masks: int = 0


AUGMENTATIONS: dict[AugmentationName, Augmentation] = {
    "paper": Augmentation(),  # "Look, Listen and Learn", section 3.1
    "strong": Augmentation(
        least_area=0.5, brightness=0.15, saturation=0.45, contrast=0.3, tint=0.15, masks=2
    ),
}
