"""Where in a picture a sound comes from, with both of them."""

from __future__ import annotations

import dataclasses
import html
import io
import os
from typing import TYPE_CHECKING

import numpy as np

from objects_that_sound.api.html import data_uri
from objects_that_sound.api.moment import Moment
from objects_that_sound.api.wave_file import wave_file
from objects_that_sound.serving.client.localisation import Localisation

if TYPE_CHECKING:
    from PIL import Image

_SHOWN_PIXELS = 640


@dataclasses.dataclass(frozen=True, repr=False)
class LocalisedMoment:
    """The answer of `Model.localise`; in a notebook it shows the heat map and plays the sound.

    Attributes:
        moment: picture and sound that were asked about.
        found: what the model answered.
        sample_rate: rate of the sound, in Hz.
    """

    moment: Moment
    found: Localisation
    sample_rate: int

    @property
    def heatmap(self) -> np.ndarray:
        """float32 [height, width], in 0..1: how well each place fits the sound."""
        return self.found.heatmap

    @property
    def score(self) -> float:
        """Probability that picture and sound correspond."""
        return self.found.score

    @property
    def crop_box(self) -> tuple[float, float, float, float]:
        """ymin, xmin, ymax, xmax in 0..1 of the picture: the part that the heat map covers."""
        return self.found.crop_box

    @property
    def peak(self) -> tuple[float, float]:
        """(y, x) in 0..1 of the whole picture: the middle of the heat map's greatest cell."""
        return self.found.peak

    def picture(self, longest_side: int = _SHOWN_PIXELS) -> Image.Image:
        """The picture with the heat map over it.

        Args:
            longest_side: of the result, in pixels.
        """
        from objects_that_sound.components.localisation_evaluator.overlay import draw_overlay

        assert self.moment.image is not None  # it was localised
        return draw_overlay(
            self.moment.image, self.heatmap, self.crop_box, longest_side=longest_side
        )

    def save(self, path: str | os.PathLike) -> None:
        """Writes `picture()` to a .png or .jpg file.

        Raises:
            OSError: it can't be written.
            ValueError: the suffix is of no kind of picture.
        """
        self.picture().save(path)

    def __repr__(self) -> str:
        y, x = self.peak
        return (
            f"LocalisedMoment({self.moment.source!r}, score={self.score:.3f}, "
            f"peak=({y:.2f}, {x:.2f}))"
        )

    def _repr_html_(self) -> str:
        file = io.BytesIO()
        self.picture().save(file, "JPEG", quality=90)
        y, x = self.peak
        words = (
            f"{self.moment.source}. Picture and sound correspond with a probability of "
            f"{self.score:.2f}; the sound comes from {x:.0%} of the width and {y:.0%} of the "
            "height."
        )
        sound = np.frombuffer(self.moment.audio or b"", "<i2")
        return (
            f'<figure><img alt="{html.escape(words)}" src="'
            f'{data_uri("image/jpeg", file.getvalue())}"><br><audio controls src="'
            f'{data_uri("audio/wav", wave_file(sound, self.sample_rate))}"></audio>'
            f"<figcaption>{html.escape(words)}</figcaption></figure>"
        )
