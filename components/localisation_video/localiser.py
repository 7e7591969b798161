"""What answers where a sound comes from: a model in this process or behind a server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np


class Description(Protocol):
    """What must be known of a model to ask it."""

    @property
    def sample_rate(self) -> int:
        """Of the sounds that it takes, in Hz."""

    @property
    def image_size(self) -> int:
        """Short side that images are scaled to, in pixels."""

    @property
    def frames(self) -> int:
        """That an image is made of, 0.04 s apart; 1 for most models."""

    @property
    def map_threshold(self) -> float:
        """Value that the map reaches where something makes the sound, in all pictures alike."""


class Found(Protocol):
    """Where a sound comes from in an image."""

    @property
    def heatmap(self) -> np.ndarray:
        """float32 [h, w] in 0..1."""

    @property
    def score(self) -> float:
        """Probability that image and sound correspond."""

    @property
    def crop_box(self) -> tuple[float, float, float, float]:
        """ymin, xmin, ymax, xmax in 0..1 of the image: the part that the map covers."""


class Localiser(Protocol):
    """Localises; the clients of `serving.client` do."""

    def describe(self) -> Description:
        """What the model takes."""

    def localise(
        self, images: Sequence[bytes | Sequence[bytes]], audios: Sequence[bytes]
    ) -> Sequence[Found]:
        """Where in each image, a file or those of all its frames, its sound comes from."""
